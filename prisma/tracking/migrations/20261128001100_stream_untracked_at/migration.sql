-- AlterTable
ALTER TABLE "stream" ADD COLUMN     "untracked_at" TIMESTAMPTZ(3);
