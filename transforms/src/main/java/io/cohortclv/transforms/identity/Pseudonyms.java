package io.cohortclv.transforms.identity;

import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;

import io.cohortclv.transforms.table.Contract.InputColumn;
import io.cohortclv.transforms.table.IdentityMap;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * Names people by a keyed hash of what identifies them: HMAC-SHA256, of which 128 bits are kept.
 *
 * <p>A plain hash of an id or e-mail is reversed by hashing all ids; the key, kept outside the
 * lake, prevents that. 128 bits keep 32 hexadecimal digits in every table, and two of a billion
 * people share them with a probability of 1.5e-21.
 *
 * <p>The same reference gives the same name in every log, whatever system the log comes from: that
 * is what joins an order to its touches, refunds and referrals. Customer references and e-mail
 * hashes are told apart, so that a customer called like somebody's e-mail hash is not them.
 */
public final class Pseudonyms {
  private static final int KEPT_BYTES = 16;

  private static final Set<String> EMAILS = Set.of(Orders.EMAIL_HASH, ReferralEvents.INVITEE_HASH);

  private final UserDefinedFunction hash;

  private Pseudonyms(UserDefinedFunction hash) {
    this.hash = hash;
  }

  /** Spark has no HMAC: a UDF, whose key is in no plan since plans show its name only. */
  public static Pseudonyms of(String key) {
    return new Pseudonyms(
        functions.udf(new KeyedHash(key), DataTypes.StringType).withName("pseudonym"));
  }

  /** What tells one key from another without telling the key. */
  public static String fingerprint(String key) {
    return new KeyedHash(key).call("fingerprint of the key");
  }

  /** The keyed hash of an identifying column; null for null. */
  public Column of(InputColumn column, Column value) {
    if (EMAILS.contains(column.name())) {
      return hash.apply(concat(lit("email:"), lower(value)));
    }
    String kind = column.name().equals(IdentityMap.PERSON_ID) ? "person:" : "customer:";
    return hash.apply(concat(lit(kind), value));
  }

  /** Keeps the key out of {@code toString}; the MAC is made once a task. */
  private static final class KeyedHash implements UDF1<String, String> {
    private static final long serialVersionUID = 1L;
    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] key;

    /** A MAC is not safe for threads, and tasks of one executor share this object. */
    private transient ThreadLocal<Mac> macs;

    KeyedHash(String key) {
      this.key = key.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String call(String identifier) {
      if (identifier == null) {
        return null;
      }
      byte[] hashed = mac().doFinal(identifier.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(Arrays.copyOf(hashed, KEPT_BYTES));
    }

    private synchronized Mac mac() {
      if (macs == null) {
        macs = ThreadLocal.withInitial(this::newMac);
      }
      return macs.get();
    }

    private Mac newMac() {
      try {
        Mac mac = Mac.getInstance(ALGORITHM);
        mac.init(new SecretKeySpec(key, ALGORITHM));
        return mac;
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("Every Java has " + ALGORITHM, e);
      }
    }

    @Override
    public String toString() {
      return "KeyedHash";
    }
  }
}
