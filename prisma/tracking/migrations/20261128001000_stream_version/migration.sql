-- AlterTable
ALTER TABLE "stream" ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 0;
