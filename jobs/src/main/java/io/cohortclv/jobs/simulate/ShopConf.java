package io.cohortclv.jobs.simulate;

import com.typesafe.config.ConfigUtil;
import io.cohortclv.jobs.simulate.RawShape.Form;
import io.cohortclv.jobs.simulate.RawShape.RawColumn;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Locale;

/** The configuration that runs a simulated shop, written from the same shapes as its logs. */
final class ShopConf {
  static final String FILE = "clv.conf";
  private static final String SYSTEM = "shop";

  private ShopConf() {}

  /**
   * The text of the file.
   *
   * @param shop the folder the shop will lie in
   */
  static String text(Path shop) {
    StringBuilder conf = new StringBuilder();
    conf.append("# as-of ").append(World.LAST_DAY).append('\n');
    conf.append("# A simulated shop. Identifiers take their key from CLV_ID_KEY, as ever.\n\n");
    LocalDate goalsFrom = World.LAST_DAY.minusMonths(5).withDayOfMonth(1);
    conf.append("lake.root = ").append(quoted(shop.resolve("lake"))).append("\n\n");
    conf.append(
        String.format(
            Locale.ROOT,
            """
            reporting {
              currency = %s
              timezone = %s
              horizon-days = %d
              discount-rate-per-year = %.2f
            }

            # Margin where the lines of an order bring no costs, a fraction of net revenue.
            margin.default-rate = %.2f

            attribution {
              contract-model = last_touch
              compare = [first_touch, last_non_direct, linear, position, time_decay, shapley, markov]
              click-window = %dd
            }

            # Goals of the last half year, one type's higher than the others'.
            targets = [
              { metric = new_customers, uplift = 0.05, bonus = 100, valid-from = %s }
              { affiliate-type = content, uplift = 0.15, bonus = 250, valid-from = %s }
            ]
            """,
            World.CURRENCY,
            quoted(World.ZONE),
            World.HORIZON_DAYS,
            World.DISCOUNT_RATE_PER_YEAR,
            World.MARGIN_RATE,
            World.CLICK_WINDOW_DAYS,
            goalsFrom,
            goalsFrom));
    for (RawShape shape : RawShape.ALL) {
      conf.append('\n');
      appendInput(conf, shape, logFolder(shop, shape));
    }
    return conf.toString();
  }

  /** Where the files of a raw log lie. */
  static Path logFolder(Path shop, RawShape shape) {
    return shop.resolve("raw").resolve(shape.name());
  }

  private static void appendInput(StringBuilder conf, RawShape shape, Path folder) {
    conf.append("inputs.").append(shape.name()).append(" = [{\n");
    setting(conf, "source-system", SYSTEM);
    setting(conf, "path", quoted(folder));
    setting(conf, "format", shape.form().format());
    setting(conf, "schema", quoted(shape.schema()));
    if (shape.form() == Form.CSV) {
      setting(conf, "options", "{ header = true, delimiter = " + quoted(shape.delimiter()) + " }");
    }
    shape.time().configZone().ifPresent(zone -> setting(conf, "zone", quoted(zone)));
    shape
        .time()
        .configFormat()
        .ifPresent(format -> setting(conf, "time-formats", "[" + quoted(format) + "]"));
    setting(conf, "money-scale", shape.moneyScale());
    conf.append("  columns {\n");
    for (RawColumn column : shape.columns()) {
      conf.append("  ");
      setting(conf, column.contractColumn(), quoted(column.expression()));
    }
    conf.append("  }\n}]\n");
  }

  private static void setting(StringBuilder conf, String key, Object value) {
    conf.append("  ").append(key).append(" = ").append(value).append('\n');
  }

  private static String quoted(Object value) {
    return ConfigUtil.quoteString(value.toString());
  }
}
