-- AlterTable
ALTER TABLE "notice_read" ADD COLUMN     "refused" INTEGER NOT NULL DEFAULT 0,
ALTER COLUMN "read_at" DROP NOT NULL;
