import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Java's client over HTTP/1.1 and 2: java Client.java PLAIN SECURE. It trusts everybody, which is this script's business alone. */
public final class Client {
    public static void main(String[] a) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Everybody()}, null);
        for (var version : HttpClient.Version.values()) {
            var client = HttpClient.newBuilder().version(version).sslContext(context).build();
            for (var base : a) {
                client.send(HttpRequest.newBuilder(URI.create(base + "/java")).build(), HttpResponse.BodyHandlers.discarding());
            }
        }
    }

    private static final class Everybody extends X509ExtendedTrustManager {
        public void checkClientTrusted(X509Certificate[] c, String t) {}
        public void checkServerTrusted(X509Certificate[] c, String t) {}
        public void checkClientTrusted(X509Certificate[] c, String t, Socket s) {}
        public void checkServerTrusted(X509Certificate[] c, String t, Socket s) {}
        public void checkClientTrusted(X509Certificate[] c, String t, SSLEngine e) {}
        public void checkServerTrusted(X509Certificate[] c, String t, SSLEngine e) {}
        public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
    }
}
