package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** What happened between a referring customer and the friend; one row an event. */
public final class ReferralEvents {
  public static final String EVENT_ID = "event_id";
  public static final String EVENT_TS = "event_ts";
  public static final String EVENT_TYPE = "event_type";
  public static final String REFERRER_REF = "referrer_ref";
  public static final String REFERRER_ID = "referrer_id";
  public static final String REFEREE_REF = "referee_ref";
  public static final String REFEREE_ID = "referee_id";
  public static final String INVITEE_HASH = "invitee_hash";
  public static final String INVITEE_ID = "invitee_id";
  public static final String CODE = "code";
  public static final String PROGRAM_ID = "program_id";
  public static final String PLACEMENT = "placement";
  public static final String EXPERIMENT_ARM = "experiment_arm";
  public static final String REWARD_SIDE = "reward_side";
  public static final String REWARD_TYPE = "reward_type";
  public static final String REWARD_AMOUNT = "reward_amount";
  public static final String CURRENCY = "currency";

  public static final Contract CONTRACT =
      new Contract(
          "referral_events",
          "one event of a referral",
          List.of(
              required(EVENT_ID, Kind.TEXT, "Id of the event"),
              required(EVENT_TS, Kind.INSTANT, "When it happened"),
              Contract.updatedTs(),
              required(EVENT_TYPE, Kind.TEXT, "Step of the referral")
                  .oneOf("invite", "click", "signup", "qualify", "reward", "reverse"),
              required(REFERRER_REF, Kind.TEXT, "Customer who refers").identifies(REFERRER_ID),
              optional(REFEREE_REF, Kind.TEXT, "Customer who was referred").identifies(REFEREE_ID),
              optional(INVITEE_HASH, Kind.TEXT, "Invited person before sign-up")
                  .identifies(INVITEE_ID),
              required(CODE, Kind.TEXT, "Referral code"),
              required(PROGRAM_ID, Kind.TEXT, "Referral program"),
              optional(PLACEMENT, Kind.TEXT, "Where the invitation was shown"),
              optional(EXPERIMENT_ARM, Kind.TEXT, "Arm of the experiment the referrer was in"),
              optional(REWARD_SIDE, Kind.TEXT, "Who is rewarded").oneOf("referrer", "referee"),
              optional(REWARD_TYPE, Kind.TEXT, "What the reward is")
                  .oneOf("cash", "credit", "discount", "gift", "points"),
              optional(REWARD_AMOUNT, Kind.MONEY, "Reward granted").notNegative(),
              optional(CURRENCY, Kind.TEXT, "ISO 4217 code of the reward")),
          List.of(CleanColumns.SOURCE_SYSTEM, EVENT_ID),
          List.of(Contract.UPDATED_TS),
          EVENT_TS);

  private ReferralEvents() {}
}
