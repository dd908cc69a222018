-- AlterTable
ALTER TABLE "change" ADD COLUMN     "found_by" VARCHAR(8) NOT NULL DEFAULT 'poll',
ADD COLUMN     "pushed" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "stream" ADD COLUMN     "pins" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "pushed_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "pin" (
    "platform" VARCHAR(16) NOT NULL,
    "identifier" VARCHAR(64) NOT NULL,
    "reason" VARCHAR(8) NOT NULL,
    "source" VARCHAR(16) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "pin_pkey" PRIMARY KEY ("platform","identifier","reason","source")
);

-- CreateTable
CREATE TABLE "push_subscription" (
    "platform" VARCHAR(16) NOT NULL,
    "identifier" VARCHAR(64) NOT NULL,
    "topic" VARCHAR(32) NOT NULL,
    "state" VARCHAR(8) NOT NULL,
    "remote_id" VARCHAR(128),
    "mark" VARCHAR(64),
    "lease_until" TIMESTAMPTZ(3),
    "confirmed_at" TIMESTAMPTZ(3),
    "heard_at" TIMESTAMPTZ(3),
    "tries" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "push_subscription_pkey" PRIMARY KEY ("platform","identifier","topic")
);

-- CreateTable
CREATE TABLE "record_request" (
    "platform" VARCHAR(16) NOT NULL,
    "broadcast_id" VARCHAR(64) NOT NULL,
    "identifier" VARCHAR(64) NOT NULL,
    "channel" VARCHAR(32) NOT NULL,
    "payload" VARCHAR(64) NOT NULL,
    "state" VARCHAR(8) NOT NULL,
    "receivers" INTEGER NOT NULL DEFAULT 0,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "said" VARCHAR(16),
    "said_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "record_request_pkey" PRIMARY KEY ("platform","broadcast_id")
);

-- CreateTable
CREATE TABLE "setting" (
    "name" VARCHAR(64) NOT NULL,
    "value" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "setting_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "notice_read" (
    "table_name" VARCHAR(64) NOT NULL,
    "rows" INTEGER NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,
    "doubt" TEXT,
    "doubt_at" TIMESTAMPTZ(3),

    CONSTRAINT "notice_read_pkey" PRIMARY KEY ("table_name")
);

-- CreateIndex
CREATE INDEX "pin_source_idx" ON "pin"("source");

-- CreateIndex
CREATE INDEX "push_subscription_platform_remote_id_idx" ON "push_subscription"("platform", "remote_id");

-- CreateIndex
CREATE INDEX "push_subscription_platform_state_next_try_at_idx" ON "push_subscription"("platform", "state", "next_try_at");

-- CreateIndex
CREATE INDEX "record_request_state_next_try_at_idx" ON "record_request"("state", "next_try_at");
