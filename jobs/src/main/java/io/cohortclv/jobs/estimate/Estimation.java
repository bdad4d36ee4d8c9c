package io.cohortclv.jobs.estimate;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Sessions;
import io.cohortclv.models.fit.InfeasibleDataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.sql.SparkSession;

/** The whole of an estimate: read, fit, write. */
public final class Estimation {
  private Estimation() {}

  /**
   * Estimates and returns what to print.
   *
   * @param out folder for the customers' values, if they are wanted
   * @param progress told what begins
   * @throws CommandException of data when the file or what it says does not allow an estimate
   */
  public static String run(
      OrderFile file,
      OrderColumns columns,
      EstimateQuery query,
      EstimateFormat format,
      Optional<Path> out,
      Consumer<String> progress) {
    progress.accept("starting Spark");
    try (SparkSession session = Sessions.open("clv estimate", Sessions.Work.FILES)) {
      if (file.isSmall()) {
        // Compiling code for each stage takes longer than running these few rows without.
        session.conf().set("spark.sql.codegen.wholeStage", false);
        session.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
      }
      progress.accept("reading " + file);
      OrderLog orders = new OrderLog(session, file, columns, query);
      OrderLog.Histories histories = orders.histories();
      progress.accept("fitting " + histories.rows().size() + " distinct histories");
      Estimator estimator = new Estimator(query, histories);
      if (out.isPresent()) {
        progress.accept("writing to " + out.get());
        EstimateFiles.write(out.get(), orders, estimator);
      }
      return format.write(estimator.estimate());
    } catch (InfeasibleDataException e) {
      throw CommandException.data(file + " does not allow an estimate: " + e.getMessage() + ".");
    } catch (IOException e) {
      throw CommandException.failed("The estimate cannot be written: " + e.getMessage() + ".", e);
    }
  }
}
