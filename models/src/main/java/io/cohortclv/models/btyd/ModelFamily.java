package io.cohortclv.models.btyd;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The purchase models by the names that commands, files and tables use. */
public enum ModelFamily {
  BG_NBD("bg-nbd", "BG/NBD", List.of("r", "alpha", "a", "b")) {
    @Override
    PurchaseModel of(double[] p) {
      return BgNbd.of(new BgNbdParameters(p[0], p[1], p[2], p[3]));
    }
  },
  MBG_NBD("mbg-nbd", "MBG/NBD", List.of("r", "alpha", "a", "b")) {
    @Override
    PurchaseModel of(double[] p) {
      return MbgNbd.of(new MbgNbdParameters(p[0], p[1], p[2], p[3]));
    }
  },
  PARETO_NBD("pareto-nbd", "Pareto/NBD", List.of("r", "alpha", "s", "beta")) {
    @Override
    PurchaseModel of(double[] p) {
      return ParetoNbd.of(new ParetoNbdParameters(p[0], p[1], p[2], p[3]));
    }
  },
  BG_CNBD_K("bg-cnbd-k", "BG/CNBD-k", List.of("r", "alpha", "a", "b", "k")) {
    @Override
    PurchaseModel of(double[] p) {
      return CnbdK.bg(CnbdKParameters.of(p));
    }
  },
  MBG_CNBD_K("mbg-cnbd-k", "MBG/CNBD-k", List.of("r", "alpha", "a", "b", "k")) {
    @Override
    PurchaseModel of(double[] p) {
      return CnbdK.mbg(CnbdKParameters.of(p));
    }
  },
  NBD("nbd", "NBD", List.of("r", "alpha")) {
    @Override
    PurchaseModel of(double[] p) {
      return Nbd.of(new NbdParameters(p[0], p[1]));
    }
  };

  private final String id;
  private final String title;

  // List.of makes it immutable; the field's type cannot say so.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<String> parameterNames;

  ModelFamily(String id, String title, List<String> parameterNames) {
    this.id = id;
    this.title = title;
    this.parameterNames = parameterNames;
  }

  abstract PurchaseModel of(double[] parameters);

  /** The families that histories (x, t_x, T) alone can tell. */
  public static List<ModelFamily> ofHistories() {
    return Arrays.stream(values()).filter(family -> !family.needsGaps()).toList();
  }

  /** The family of an id such as {@code mbg-nbd}. */
  public static ModelFamily of(String id) {
    for (ModelFamily family : values()) {
      if (family.id.equals(id)) {
        return family;
      }
    }
    throw new IllegalArgumentException(
        "there is no purchase model '"
            + id
            + "'; known are "
            + Arrays.stream(values()).map(ModelFamily::id).collect(Collectors.joining(", ")));
  }

  /** The name in commands, files and tables: {@code bg-nbd}. */
  public String id() {
    return id;
  }

  /** The name in the literature: {@code BG/NBD}. */
  public String title() {
    return title;
  }

  /** The parameters in the order of {@link PurchaseModel#parameters()}. */
  public List<String> parameterNames() {
    return parameterNames;
  }

  /**
   * Whether the family tells how regular purchases are, and so needs to know the gaps between them
   * beside the histories. Its last parameter, k, is then a whole number.
   */
  public boolean needsGaps() {
    return this == BG_CNBD_K || this == MBG_CNBD_K;
  }

  /** The member of this family with these parameters, in the order of their names. */
  public PurchaseModel model(double... parameters) {
    if (parameters.length != parameterNames.size()) {
      throw new IllegalArgumentException(
          title
              + " has the parameters "
              + parameterNames
              + ", but "
              + parameters.length
              + " values were given");
    }
    return of(parameters);
  }
}
