package io.cohortclv.jobs.lake;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** Stands between a client and an HTTP server, and spoils every so many requests. */
final class FaultProxy implements AutoCloseable {
  enum Fault {
    /** The server does what was asked, and the client never hears of it. */
    LOST_REPLY,
    /** The connection breaks before the server hears of the request. */
    RESET,
    ERROR_500,
    /** What S3 says to slow clients down. */
    ERROR_503,
    SLOW
  }

  private static final int SLOW_MILLIS = 2_000;

  private final ServerSocket listening;
  private final int server;
  private final Fault fault;
  private final double rate;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong faults = new AtomicLong();
  private final ExecutorService connections = Executors.newCachedThreadPool();

  private FaultProxy(ServerSocket listening, int server, Fault fault, double rate) {
    this.listening = listening;
    this.server = server;
    this.fault = fault;
    this.rate = rate;
  }

  /**
   * Begins to listen.
   *
   * @param server port of the server on this machine
   * @param rate spoiled requests as a fraction of all, evenly spread
   */
  static FaultProxy start(int server, Fault fault, double rate) throws IOException {
    ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    FaultProxy proxy = new FaultProxy(listening, server, fault, rate);
    proxy.connections.execute(proxy::accept);
    return proxy;
  }

  int port() {
    return listening.getLocalPort();
  }

  long faults() {
    return faults.get();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        connections.execute(() -> serve(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  /** One request a connection. */
  private void serve(Socket client) {
    try (client) {
      InputStream in = client.getInputStream();
      OutputStream out = client.getOutputStream();
      byte[] head = head(in);
      if (head.length == 0) {
        return; // closed by the client
      }
      long number = requests.incrementAndGet();
      boolean spoiled = Math.floor(number * rate) > Math.floor((number - 1) * rate);
      if (spoiled) {
        faults.incrementAndGet();
      }
      if (spoiled && fault == Fault.RESET) {
        client.setSoLinger(true, 0); // closing sends a reset
        return;
      }
      byte[] body = body(head, in, out);
      if (spoiled && fault == Fault.SLOW) {
        Thread.sleep(SLOW_MILLIS); // a slow answer is the fault
      }
      if (spoiled && (fault == Fault.ERROR_500 || fault == Fault.ERROR_503)) {
        out.write(error(fault == Fault.ERROR_500));
        return;
      }
      byte[] reply = forward(head, body);
      if (spoiled && fault == Fault.LOST_REPLY) {
        client.setSoLinger(true, 0);
        return;
      }
      out.write(reply);
    } catch (IOException e) {
      // Either side went away, as they do.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static byte[] error(boolean internal) {
    String code = internal ? "InternalError" : "SlowDown";
    String xml = "<Error><Code>" + code + "</Code><Message>planted</Message></Error>";
    return ("HTTP/1.1 "
            + (internal ? "500 Internal Server Error" : "503 Slow Down")
            + "\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: "
            + xml.length()
            + "\r\n\r\n"
            + xml)
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  private byte[] forward(byte[] head, byte[] body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server)) {
      OutputStream to = socket.getOutputStream();
      String text = new String(head, StandardCharsets.ISO_8859_1);
      // So that the reply ends with the connection; what is signed stays as it is.
      String once =
          text.replaceAll("(?im)^(Connection|Expect):.*\r\n", "")
              .replaceFirst("\r\n", "\r\nConnection: close\r\n");
      to.write(once.getBytes(StandardCharsets.ISO_8859_1));
      to.write(body);
      to.flush();
      return socket.getInputStream().readAllBytes();
    }
  }

  /** Up to the empty line. */
  private static byte[] head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int newlines = 0;
    while (newlines < 2) {
      int read = in.read();
      if (read < 0) {
        return new byte[0];
      }
      head.write(read);
      newlines = read == '\n' ? newlines + 1 : read == '\r' ? newlines : 0;
    }
    return head.toByteArray();
  }

  private static byte[] body(byte[] head, InputStream in, OutputStream out) throws IOException {
    String text = new String(head, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
    if (text.contains("\r\nexpect: 100-continue")) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    }
    int at = text.indexOf("\r\ncontent-length:");
    if (at < 0) {
      return new byte[0];
    }
    String length = text.substring(text.indexOf(':', at) + 1, text.indexOf('\r', at + 2)).strip();
    byte[] body = in.readNBytes(Integer.parseInt(length));
    if (body.length < Integer.parseInt(length)) {
      throw new EOFException();
    }
    return body;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    connections.shutdownNow();
  }
}
