-- CreateTable
CREATE TABLE "stream" (
    "platform" VARCHAR(16) NOT NULL,
    "identifier" VARCHAR(64) NOT NULL,
    "title" TEXT,
    "login" VARCHAR(64),
    "guilds" INTEGER NOT NULL DEFAULT 0,
    "tracked_since" TIMESTAMPTZ(3),
    "pace" VARCHAR(8) NOT NULL DEFAULT 'normal',
    "settled" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "gone_count" INTEGER NOT NULL DEFAULT 0,
    "quarantined_at" TIMESTAMPTZ(3),
    "last_live_at" TIMESTAMPTZ(3),
    "expected_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "stream_pkey" PRIMARY KEY ("platform","identifier")
);

-- CreateTable
CREATE TABLE "follow" (
    "platform" VARCHAR(16) NOT NULL,
    "identifier" VARCHAR(64) NOT NULL,
    "guild_id" VARCHAR(20) NOT NULL,
    "channel_id" VARCHAR(20) NOT NULL,
    "user_id" VARCHAR(20),
    "said_at" TIMESTAMPTZ(6) NOT NULL,
    "priority" VARCHAR(8),
    "source" VARCHAR(16) NOT NULL,
    "metadata" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "follow_pkey" PRIMARY KEY ("platform","identifier","guild_id","channel_id")
);

-- CreateTable
CREATE TABLE "unfollow" (
    "platform" VARCHAR(16) NOT NULL,
    "identifier" VARCHAR(64) NOT NULL,
    "guild_id" VARCHAR(20) NOT NULL,
    "said_at" TIMESTAMPTZ(6) NOT NULL,

    CONSTRAINT "unfollow_pkey" PRIMARY KEY ("platform","identifier","guild_id")
);

-- CreateTable
CREATE TABLE "broadcast" (
    "platform" VARCHAR(16) NOT NULL,
    "broadcast_id" VARCHAR(64) NOT NULL,
    "identifier" VARCHAR(64) NOT NULL,
    "state" VARCHAR(12) NOT NULL,
    "root_id" VARCHAR(64),
    "title" TEXT NOT NULL DEFAULT '',
    "scheduled_start" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "missing_since" TIMESTAMPTZ(3),
    "misses" INTEGER NOT NULL DEFAULT 0,
    "details" JSONB NOT NULL DEFAULT '{}',
    "version" INTEGER NOT NULL DEFAULT 0,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "broadcast_pkey" PRIMARY KEY ("platform","broadcast_id")
);

-- CreateTable
CREATE TABLE "change" (
    "id" BIGSERIAL NOT NULL,
    "platform" VARCHAR(16) NOT NULL,
    "identifier" VARCHAR(64) NOT NULL,
    "broadcast_id" VARCHAR(64) NOT NULL,
    "direction" VARCHAR(8) NOT NULL,
    "lane" VARCHAR(8) NOT NULL,
    "state" VARCHAR(12) NOT NULL,
    "reason" VARCHAR(32),
    "stream" JSONB NOT NULL,
    "happened_at" TIMESTAMPTZ(3) NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "batch_id" UUID,
    "published_at" TIMESTAMPTZ(3),

    CONSTRAINT "change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "batch" (
    "id" UUID NOT NULL,
    "platform" VARCHAR(16) NOT NULL,
    "direction" VARCHAR(8) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "published_at" TIMESTAMPTZ(3),
    "epoch" VARCHAR(36),
    "sequence" BIGINT,

    CONSTRAINT "batch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "log_position" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "epoch" VARCHAR(36) NOT NULL,
    "sequence" BIGINT NOT NULL,

    CONSTRAINT "log_position_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reject" (
    "id" BIGSERIAL NOT NULL,
    "channel" VARCHAR(64) NOT NULL,
    "reason" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "replayed_at" TIMESTAMPTZ(3),

    CONSTRAINT "reject_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "resolved_name" (
    "platform" VARCHAR(16) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "name" VARCHAR(128) NOT NULL,
    "identifier" VARCHAR(64) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "resolved_name_pkey" PRIMARY KEY ("platform","kind","name")
);

-- CreateTable
CREATE TABLE "pending_follow" (
    "id" BIGSERIAL NOT NULL,
    "platform" VARCHAR(16) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "name" VARCHAR(128) NOT NULL,
    "action" VARCHAR(8) NOT NULL,
    "guild_id" VARCHAR(20) NOT NULL,
    "channel_id" VARCHAR(20) NOT NULL DEFAULT '',
    "user_id" VARCHAR(20),
    "said_at" TIMESTAMPTZ(6) NOT NULL,
    "priority" VARCHAR(8),
    "source" VARCHAR(16) NOT NULL,
    "metadata" JSONB,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pending_follow_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "follow_guild_id_idx" ON "follow"("guild_id");

-- CreateIndex
CREATE INDEX "unfollow_said_at_idx" ON "unfollow"("said_at");

-- CreateIndex
CREATE INDEX "broadcast_platform_identifier_state_idx" ON "broadcast"("platform", "identifier", "state");

-- CreateIndex
CREATE INDEX "broadcast_state_updated_at_idx" ON "broadcast"("state", "updated_at");

-- CreateIndex
CREATE INDEX "change_state_platform_id_idx" ON "change"("state", "platform", "id");

-- CreateIndex
CREATE INDEX "change_batch_id_idx" ON "change"("batch_id");

-- CreateIndex
CREATE UNIQUE INDEX "change_platform_broadcast_id_direction_key" ON "change"("platform", "broadcast_id", "direction");

-- CreateIndex
CREATE INDEX "batch_published_at_idx" ON "batch"("published_at");

-- CreateIndex
CREATE INDEX "pending_follow_next_try_at_idx" ON "pending_follow"("next_try_at");

-- CreateIndex
CREATE UNIQUE INDEX "pending_follow_platform_kind_name_guild_id_channel_id_actio_key" ON "pending_follow"("platform", "kind", "name", "guild_id", "channel_id", "action");

