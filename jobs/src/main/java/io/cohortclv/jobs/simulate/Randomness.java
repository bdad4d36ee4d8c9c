package io.cohortclv.jobs.simulate;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.core.source64.XoRoShiRo128PlusPlus;

/**
 * Random numbers that depend on nothing but the seed, what they are for, and an index: so any
 * customer can be drawn again, in any order, and nothing need be remembered.
 */
final class Randomness {
  /** What a stream of numbers is for; streams of different purposes are independent. */
  enum Purpose {
    AFFILIATE(1),
    FIRST_ORDER(2),
    SOURCE(3),
    PURCHASES(4),
    SPEND(5),
    ORDERS(6),
    TOUCHES(7),
    PASSERS_BY(8),
    ITEMS(9),
    COSTS(10),
    ANSWERS(11);

    /** Part of every seed: changing it changes every shop. */
    private final long salt;

    Purpose(long salt) {
      this.salt = salt;
    }
  }

  /** 2^64 divided by the golden ratio, the increment of SplitMix64. */
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private final long seed;

  Randomness(long seed) {
    this.seed = seed;
  }

  UniformRandomProvider of(Purpose purpose, long index) {
    long key = mix(mix(mix(seed + GOLDEN) + GOLDEN * purpose.salt) + GOLDEN * index);
    return new XoRoShiRo128PlusPlus(mix(key), mix(key + GOLDEN));
  }

  /** Whole number from 0 to below the bound, truncated: the bias is below bound / 2^53. */
  static long below(UniformRandomProvider random, long bound) {
    return (long) (random.nextDouble() * bound);
  }

  static double between(UniformRandomProvider random, double least, double most) {
    return least + random.nextDouble() * (most - least);
  }

  static boolean chance(UniformRandomProvider random, double probability) {
    return random.nextDouble() < probability;
  }

  static double exponential(UniformRandomProvider random, double mean) {
    return -mean * Math.log1p(-random.nextDouble());
  }

  /** Failures before the first success; its mean is as given. */
  static int geometric(UniformRandomProvider random, double mean) {
    double failure = mean / (1 + mean);
    return (int) (Math.log1p(-random.nextDouble()) / Math.log(failure));
  }

  /** Stafford's variant 13 of the finaliser of MurmurHash3, as SplitMix64 uses it. */
  static long mix(long bits) {
    long z = bits;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
