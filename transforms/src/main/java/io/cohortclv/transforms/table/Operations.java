package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.instant;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;
import static org.apache.spark.sql.types.DataTypes.createMapType;

/** What the jobs say about themselves: batches, reconciliations, rejects, runs, publications. */
public final class Operations {
  public static final String BATCH_ID = "batch_id";
  public static final String INPUT = "input";
  public static final String SOURCE = "source";
  public static final String STATE = "state";
  public static final String KIND = "kind";
  public static final String FILES = "files";
  public static final String BYTES = "bytes";
  public static final String AT = "at";
  public static final String SETTING = "setting";
  public static final String VALUE = "value";
  public static final String RUN_ID = "run_id";
  public static final String AS_OF_DATE = "as_of_date";
  public static final String STAGE = "stage";
  public static final String STATUS = "status";
  public static final String ROWS = "rows";
  public static final String MILLIS = "millis";
  public static final String MESSAGE = "message";
  public static final String CHECK = "check_name";
  public static final String REASON = "reason";
  public static final String LEFT = "left_side";
  public static final String RIGHT = "right_side";
  public static final String DIFFERENCE = "difference";
  public static final String REASONS = "reasons";
  public static final String RAW_ROW = "raw_row";
  public static final String SOURCE_FILE = "source_file";
  public static final String SOURCE_ROWS = "source_rows";
  public static final String TABLE_VERSIONS = "table_versions";
  public static final String CONFIG_HASH = "config_hash";
  public static final String CODE_REVISION = "code_revision";
  public static final String IS_BACKFILL = "is_backfill";
  public static final String DATA_THROUGH_TS = "data_through_ts";
  public static final String INPUT_VERSIONS = "input_versions";

  public static final String LEASE_NUMBER = "lease_number";
  public static final String OWNER = "owner";
  public static final String HOST = "host";
  public static final String PROCESS_ID = "process_id";
  public static final String PROCESS_START = "process_start";
  public static final String SINCE = "since";
  public static final String EXPIRES_AT = "expires_at";

  public static final String HELD = "held";
  public static final String RELEASED = "released";
  public static final String PLANNED = "planned";
  public static final String DONE = "done";
  public static final String ABANDONED = "abandoned";

  public static final Table INGEST_BATCH =
      Table.ops(
          "ingest_batch",
          "one state of one ingest batch: planned before the first write, done after the last",
          text(BATCH_ID, "Batch"),
          text(INPUT, "Contract the batch feeds"),
          text(SOURCE, "Position and system of the source in the config"),
          text(
              STATE,
              "planned, done, or abandoned when a file was gone before anything was written"),
          text(KIND, "new files, replay of files with rejects, or rebuild of the clean table"),
          Table.of(
              FILES, createArrayType(StringType), "Files of the batch, each in one batch only"),
          whole(BYTES, "Their size"),
          instant(AT, "When the state was reached"));

  public static final Table RECON =
      Table.ops(
          "recon",
          "one check: of a batch by outcome and reason, or of a run between tables",
          instant(AT, "When it was made"),
          text(BATCH_ID, "Ingest batch, or null"),
          text(RUN_ID, "Run, or null"),
          text(INPUT, "Contract, or null"),
          text(SOURCE, "Source, or null"),
          text(CHECK, "What is compared or counted"),
          text(REASON, "Reason of a rejection; null otherwise"),
          Table.of(LEFT, Table.MONEY, "Left side: rows in, or the sum to be met"),
          Table.of(RIGHT, Table.MONEY, "Right side: rows accounted for, or the sum found"),
          Table.of(DIFFERENCE, Table.MONEY, "left - right; 0 when it reconciles"));

  public static final Table DQ_QUARANTINE =
      Table.ops(
          "dq_quarantine",
          "one rejected row or group of raw rows, or a copy of an accepted one that others contradict",
          text(BATCH_ID, "Ingest batch"),
          text(INPUT, "Contract it was meant for"),
          text(SOURCE, "Source in the config"),
          text(SOURCE_FILE, "File it came from"),
          whole(SOURCE_ROWS, "Raw rows behind it"),
          Table.of(REASONS, createArrayType(StringType), "Every rule it broke"),
          text(RAW_ROW, "The raw row as JSON"),
          instant(AT, "When it was rejected"));

  public static final Table RUN_AUDIT =
      Table.ops(
          "run_audit",
          "one stage of one run, begun or ended",
          text(RUN_ID, "Run"),
          day(AS_OF_DATE, "Business day of the run; null for ingest"),
          text(STAGE, "Stage"),
          text(STATUS, "started, done or failed"),
          whole(ROWS, "Rows the stage wrote"),
          whole(MILLIS, "Wall time"),
          text(MESSAGE, "Why it failed, or what it left out"),
          instant(AT, "When"),
          instant(DATA_THROUGH_TS, "Newest order the run sees; on the row that begins a run"),
          Table.of(
              INPUT_VERSIONS,
              createMapType(StringType, LongType),
              "Delta version of each clean table all stages of the run read; on the same row"));

  public static final Table LAKE_SETTING =
      Table.ops(
          "lake_setting",
          "one setting that rows already written depend on",
          text(SETTING, "Setting"),
          text(VALUE, "What it was when the first row was written; of a secret, its keyed hash"),
          instant(AT, "When"));

  public static final Table LEASE =
      Table.ops(
          "lease",
          "one state of the lease of the lake; the row of the highest number holds",
          whole(LEASE_NUMBER, "Position among all states, from 1"),
          text(STATE, "held or released"),
          text(OWNER, "Command that has or had it"),
          text(HOST, "Machine it runs on"),
          whole(PROCESS_ID, "Its process there"),
          instant(PROCESS_START, "When that process began, since numbers are used again"),
          instant(SINCE, "When it took the lease"),
          instant(EXPIRES_AT, "When the lease ends unless renewed"),
          instant(AT, "When the state was reached"));

  public static final Table PUBLICATION =
      Table.ops(
          "publication",
          "one publication; the newest row of an as-of date is what readers see",
          day(AS_OF_DATE, "Business day published"),
          text(RUN_ID, "Run whose partitions are visible"),
          instant(AT, "When"),
          Table.of(
              TABLE_VERSIONS,
              createMapType(StringType, LongType),
              "Delta version of each table right after the run wrote it"),
          text(CONFIG_HASH, "Hash of the effective configuration without secrets"),
          text(CODE_REVISION, "Git revision of the program"),
          flag(IS_BACKFILL, "An older date than the newest published: its ledgers stayed out"));

  private Operations() {}
}
