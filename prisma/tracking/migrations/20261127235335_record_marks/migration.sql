-- AlterTable
ALTER TABLE "stream" ADD COLUMN     "record" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "stream_record_idx" ON "stream"("record");

-- Follows said before now that their channel is to be recorded, in whatever spelling.
UPDATE "follow" SET "metadata" = "metadata" || '{"record": true}'
WHERE jsonb_typeof("metadata") = 'object' AND EXISTS (
  SELECT 1 FROM jsonb_each_text("metadata") AS said("key", "value")
  WHERE lower(said."key") = 'record' AND lower(said."value") IN ('true', '1'));

UPDATE "stream" s SET "record" = true
WHERE EXISTS (
  SELECT 1 FROM "follow" f
  WHERE f."platform" = s."platform" AND f."identifier" = s."identifier" AND f."metadata" @> '{"record": true}')
OR EXISTS (
  SELECT 1 FROM "pin" p
  WHERE p."platform" = s."platform" AND p."identifier" = s."identifier" AND p."reason" = 'record');
