-- CreateIndex
CREATE INDEX "change_platform_pushed_found_by_recorded_at_idx" ON "change"("platform", "pushed", "found_by", "recorded_at");
