package io.cohortclv.models.fit;

/** The data cannot tell the parameters of a model. The message says why and what to do instead. */
public final class InfeasibleDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InfeasibleDataException(String message) {
    super(message);
  }
}
