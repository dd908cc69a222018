-- CreateIndex
CREATE INDEX "change_recorded_at_idx" ON "change"("recorded_at");
