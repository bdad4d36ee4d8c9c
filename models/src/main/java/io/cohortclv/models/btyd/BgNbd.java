package io.cohortclv.models.btyd;

/**
 * BG/NBD of Fader, Hardie and Lee (2005), Marketing Science 24(2): dropout is possible after every
 * repeat purchase, so a customer without a repeat is alive for certain.
 */
public final class BgNbd extends BetaGeometric {
  private BgNbd(BgNbdParameters p) {
    super(p.r(), p.alpha(), p.a(), p.b(), 0);
  }

  public static BgNbd of(BgNbdParameters parameters) {
    return new BgNbd(parameters);
  }

  @Override
  public ModelFamily family() {
    return ModelFamily.BG_NBD;
  }
}
