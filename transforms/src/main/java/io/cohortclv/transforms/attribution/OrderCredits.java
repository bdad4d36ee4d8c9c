package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_from_unix_date;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.timestamp_micros;

import io.cohortclv.transforms.attribution.Journey.Order;
import io.cohortclv.transforms.attribution.Journey.Touch;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Counted orders and the touches before them to credit (metrics: "Attribution"). */
public final class OrderCredits {
  private static final BigDecimal CENT = new BigDecimal("0.01");

  /** What a credit is before times and money are theirs again. */
  private static final StructType CREDIT =
      new StructType()
          .add(Table.ORDER_MONTH, "int")
          .add(OrderAttribution.SOURCE_SYSTEM, "string")
          .add(OrderAttribution.ORDER_ID, "string")
          .add(OrderAttribution.CUSTOMER_ID, "string")
          .add(OrderAttribution.ORDER_TS, "bigint")
          .add(OrderAttribution.IS_FIRST_ORDER, "boolean")
          .add(OrderAttribution.DISCOUNT_RATE, "double")
          .add(OrderAttribution.COUPON, "string")
          .add(OrderAttribution.COUPON_STATE, "string")
          .add(OrderAttribution.MODEL, "string")
          .add(OrderAttribution.IS_CONTRACT_MODEL, "boolean")
          .add(OrderAttribution.RULE_FIRED, "string")
          .add(OrderAttribution.WINDOW_TRUNCATED, "boolean")
          .add(OrderAttribution.TOUCH_ID, "string")
          .add(OrderAttribution.TOUCH_TS, "bigint")
          .add(OrderAttribution.SOURCE_TYPE, "string")
          .add(OrderAttribution.AFFILIATE_ID, "string")
          .add(OrderAttribution.CAMPAIGN_ID, "string")
          .add(OrderAttribution.SUB_ID, "string")
          .add(OrderAttribution.REFERRER_ID, "string")
          .add(OrderAttribution.CREDIT_SHARE, "double")
          .add(OrderAttribution.CREDITED_NET, "bigint")
          .add(ExpectedCommissions.NET, "bigint")
          .add(ExpectedCommissions.SALE, "bigint")
          .add(ExpectedCommissions.FIRST_TS, "bigint");

  private OrderCredits() {}

  /**
   * One {@link OrderAttribution} row an order, model and credited touch, its month first; every
   * counted order has its rows, credited or {@code unattributed}.
   *
   * <p>Who gets an order is decided in this order, under every model alike: a friend's code on the
   * order; a friend's sign-up since the order before; an affiliate's exclusive coupon code; the
   * touches. Referral programs named in {@link AttributionRules.Precedence#touchFirstPrograms} come
   * after affiliates' codes and touches instead.
   *
   * @param logs made of the inputs
   * @param inputs where terms and affiliates are looked up for commissions
   * @param effects removal effects where the Markov model is computed
   * @param touchesSince the first touch known; empty when none is
   * @param commissions how commissions are worked out
   */
  public static Dataset<Row> creditOrders(
      JourneyLogs logs,
      AttributionInputs inputs,
      AttributionRules rules,
      RemovalEffects effects,
      Optional<Instant> touchesSince,
      CommissionRules commissions) {
    long since =
        touchesSince.map(t -> ChronoUnit.MICROS.between(Instant.EPOCH, t)).orElse(Long.MAX_VALUE);
    Dataset<Row> credits =
        Journeys.walk(logs, rules, CREDIT, () -> new Credits(rules, effects, since));
    Dataset<Row> typed =
        credits.withColumn(Table.ORDER_MONTH, date_from_unix_date(col(Table.ORDER_MONTH)));
    for (String time :
        new String[] {
          OrderAttribution.ORDER_TS, OrderAttribution.TOUCH_TS, ExpectedCommissions.FIRST_TS
        }) {
      typed = typed.withColumn(time, timestamp_micros(col(time)));
    }
    for (String money :
        new String[] {
          OrderAttribution.CREDITED_NET, ExpectedCommissions.NET, ExpectedCommissions.SALE
        }) {
      Column exact = col(money).cast("decimal(18,0)").multiply(lit(CENT));
      typed = typed.withColumn(money, exact.cast(Table.PUBLISHED_MONEY));
    }
    return ExpectedCommissions.withExpected(typed, inputs, commissions)
        .select(
            Stream.concat(
                    Stream.of(col(Table.ORDER_MONTH)),
                    OrderAttribution.TABLE.fields().stream().map(f -> col(f.name()).cast(f.type())))
                .toArray(Column[]::new));
  }

  /**
   * The steps of every path of touches, for {@link RemovalEffects#of}; rows of {@link PathSteps}.
   */
  public static Dataset<Row> countPassages(JourneyLogs logs, AttributionRules rules) {
    return PathSteps.countPassages(logs, rules);
  }

  /** Why an order is somebody's whatever its touches say. */
  private record Precedence(Touch owner, String rule) {}

  /** The credits of orders. */
  private static final class Credits implements PersonWalk.Sink {
    private final AttributionRules rules;
    private final RemovalEffects effects;
    private final long touchesSince;

    Credits(AttributionRules rules, RemovalEffects effects, long touchesSince) {
      this.rules = rules;
      this.effects = effects;
      this.touchesSince = touchesSince;
    }

    @Override
    public void order(Journey journey, Consumer<Row> made) {
      Order order = journey.order();
      Optional<Precedence> decided = decide(journey, order);
      for (String model : rules.models()) {
        if (decided.isPresent()) {
          Precedence by = decided.get();
          Credit credit = new Credit(by.owner(), 1, order.cents());
          made.accept(row(journey, order, model, credit, by.rule(), false));
          continue;
        }
        boolean isFirstTouch = model.equals(AttributionRules.FIRST_TOUCH);
        List<Touch> touches =
            !isFirstTouch
                ? journey.touches()
                : journey.earliest() == null ? List.of() : List.of(journey.earliest());
        long window =
            Journeys.micros(isFirstTouch ? rules.windows().firstTouch() : rules.windows().click());
        boolean truncated = journey.isCut() || order.at() - window < touchesSince;
        if (touches.isEmpty()) {
          Credit nobody = new Credit(null, 1, order.cents());
          made.accept(row(journey, order, model, nobody, OrderAttribution.NONE, truncated));
          continue;
        }
        for (Credit credit :
            Credit.byTouches(model, touches, order.at(), order.cents(), rules, effects)) {
          made.accept(row(journey, order, model, credit, OrderAttribution.TOUCH, truncated));
        }
      }
    }

    private Optional<Precedence> decide(Journey journey, Order order) {
      Optional<Precedence> referral =
          order.codeEvent() != null
              ? Optional.of(
                  new Precedence(
                      Touch.untimed(
                          order.codeEvent(), CustomerAcquisition.REFERRAL, null, order.referrer()),
                      OrderAttribution.REFERRAL_CODE))
              : Optional.ofNullable(journey.signUp())
                  .map(s -> new Precedence(s, OrderAttribution.REFERRAL_SIGNUP));
      boolean yields = order.codeEvent() != null ? order.yields() : yields(journey.signUp());
      Optional<Precedence> coupon = coupon(journey, order);
      if (referral.isPresent() && !yields) {
        return referral;
      }
      if (coupon.isPresent()) {
        return coupon;
      }
      boolean byAffiliate = journey.touches().stream().anyMatch(t -> t.affiliate() != null);
      return byAffiliate ? Optional.empty() : referral;
    }

    private static boolean yields(Touch signUp) {
      return signUp != null && signUp.yields();
    }

    /** The code's owner, with the ids of its latest touch where there is one. */
    private Optional<Precedence> coupon(Journey journey, Order order) {
      if (order.couponOwner() == null) {
        return Optional.empty();
      }
      Optional<Touch> latest =
          journey.touches().stream()
              .filter(t -> order.couponOwner().equals(t.affiliate()))
              .reduce((earlier, later) -> later);
      boolean names =
          switch (order.couponState()) {
            case OrderAttribution.EXCLUSIVE -> true;
            // Who saw the owner's site before had the code from there.
            case OrderAttribution.SPIKE ->
                latest.isPresent() || rules.precedence().sharedCouponPaysOwner();
            default -> rules.precedence().sharedCouponPaysOwner();
          };
      Touch owner =
          latest.orElseGet(
              () -> Touch.untimed(null, CustomerAcquisition.AFFILIATE, order.couponOwner(), null));
      return names ? Optional.of(new Precedence(owner, OrderAttribution.COUPON)) : Optional.empty();
    }

    private Row row(
        Journey journey, Order order, String model, Credit credit, String rule, boolean truncated) {
      Touch touch = credit.touch();
      boolean none = touch == null;
      return RowFactory.create(
          order.month(),
          order.system(),
          order.id(),
          order.customer(),
          order.at(),
          journey.isFirst(),
          order.discountRate(),
          order.coupon(),
          couponState(journey, order),
          model,
          model.equals(rules.contractModel()),
          rule,
          truncated,
          none ? null : touch.id(),
          none || touch.isUntimed() ? null : touch.at(),
          none ? CustomerAcquisition.UNATTRIBUTED : touch.sourceType(),
          none ? null : touch.affiliate(),
          none ? null : touch.campaign(),
          none ? null : touch.subId(),
          none ? null : touch.referrer(),
          credit.share(),
          credit.cents(),
          order.cents(),
          order.sale(),
          journey.firstAt());
    }

    /** On a day of a spike a code is leaked to those who never saw its owner's site. */
    private static String couponState(Journey journey, Order order) {
      if (!OrderAttribution.SPIKE.equals(order.couponState())) {
        return order.couponState();
      }
      boolean seen =
          journey.touches().stream().anyMatch(t -> order.couponOwner().equals(t.affiliate()));
      return seen ? OrderAttribution.EXCLUSIVE : OrderAttribution.LEAKED;
    }
  }
}
