package io.cohortclv.models.btyd;

/**
 * MBG/NBD of Batislam, Denizel and Filiztekin (2007), International Journal of Research in
 * Marketing 24(3): dropout is possible after every purchase, the first one included.
 */
public final class MbgNbd extends BetaGeometric {
  private MbgNbd(MbgNbdParameters p) {
    super(p.r(), p.alpha(), p.a(), p.b(), 1);
  }

  public static MbgNbd of(MbgNbdParameters parameters) {
    return new MbgNbd(parameters);
  }

  @Override
  public ModelFamily family() {
    return ModelFamily.MBG_NBD;
  }
}
