import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Simulates each kind of outage with the stand-ins, sends both guards the auth requests that
 * Traefik would send, and prints the responses and whether they are as documented; exit 0 if all
 * are.
 *
 * <p>Usage: {@code java Demo.java BOT_BLOCK_GUARD_PORT AUTHENTIK_GUARD_PORT CONTROL_PORT
 * DEADLINE_SECONDS}, with the password of the emergency user on standard input.
 */
class Demo {
    private static final String ROW = "%-10s  %-15s  %-14s  %-40s  %-15s  %6s  %s%n";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String LOGIN_DOWN = "login_down";
    private static final int VERDICTS_IN_A_ROW = 20;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ExecutorService concurrently = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger visitors = new AtomicInteger();
    private final URI botBlockGuard;
    private final URI authentikGuard;
    private final String control;
    private final Duration deadline;
    private final String password;
    private String cookie = "";
    private int answers;
    private int wrong;

    private Demo(String[] arguments, String password) {
        String host = "http://127.0.0.1:";
        botBlockGuard = URI.create(host + arguments[0] + "/auth");
        authentikGuard = URI.create(host + arguments[1] + "/outpost.goauthentik.io/auth/traefik");
        control = host + arguments[2];
        deadline = Duration.ofSeconds(Long.parseLong(arguments[3]));
        this.password = password;
    }

    public static void main(String[] arguments)
            throws IOException, InterruptedException, ExecutionException {
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var demo = new Demo(arguments, in.readLine());
        demo.play();
        System.exit(demo.wrong == 0 ? 0 : 1);
    }

    private void play() throws IOException, InterruptedException, ExecutionException {
        signIn();
        Object[] titles = {"upstream", "guard", "request", "response", "reason", "time", ""};
        System.out.printf(ROW, titles);
        for (State state : State.values()) {
            recover();
            play(state);
        }
        recover();
        play(State.HEALTHY);
        System.out.printf(
                wrong == 0
                        ? "%nAll %d responses, their reasons and times are as documented.%n"
                        : "%n%2$d of %1$d responses are WRONG.%n",
                answers,
                wrong);
    }

    private void play(State state) throws IOException, InterruptedException, ExecutionException {
        behave(state);
        if (state == State.LOGIN_DOWN) {
            awaitLoginDown();
        }
        List<Callable<Answer>> requests =
                Arrays.stream(AuthRequest.values())
                        .map(request -> (Callable<Answer>) () -> ask(request))
                        .toList();
        System.out.println();
        for (Future<Answer> answer : concurrently.invokeAll(requests)) {
            print(state, answer.get());
        }
    }

    /** Opens a page with the emergency password, for the cookie of an emergency session. */
    private void signIn() throws IOException, InterruptedException {
        behave(State.REFUSED);
        String set = ask(AuthRequest.PAGE).header("Set-Cookie");
        cookie = set.substring(0, Math.max(0, set.indexOf(';')));
    }

    /** Waits until authentik-guard has asked three times for the health of the login, in vain. */
    private void awaitLoginDown() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!ask(AuthRequest.NO_SESSION).reason().equals(LOGIN_DOWN)
                && System.nanoTime() < end) {
            Thread.sleep(100);
        }
    }

    /**
     * Waits until the circuits are closed and the login is healthy, so that each outage starts from
     * the same state.
     */
    private void recover() throws IOException, InterruptedException {
        behave(State.HEALTHY);
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (AuthRequest request : List.of(AuthRequest.BROWSER, AuthRequest.NO_SESSION)) {
            int inARow = 0;
            while (inARow < VERDICTS_IN_A_ROW && System.nanoTime() < end) {
                inARow = ask(request).reason().isEmpty() ? inARow + 1 : 0;
                Thread.sleep(inARow == 0 ? 100 : 0);
            }
        }
    }

    private void behave(State state) throws IOException, InterruptedException {
        for (String standIn : List.of("poison-fountain", "outpost")) {
            URI command = URI.create(control + "/" + standIn + "/" + state);
            var put = HttpRequest.newBuilder(command).PUT(BodyPublishers.noBody()).build();
            int status = client.send(put, BodyHandlers.discarding()).statusCode();
            if (status != 200) {
                throw new IOException(command + " answered " + status);
            }
        }
    }

    private Answer ask(AuthRequest request) throws InterruptedException {
        HttpRequest message = message(request);
        HttpHeaders headers = HttpHeaders.of(Map.of(), (_, _) -> true);
        int status = 0;
        long start = System.nanoTime();
        try {
            HttpResponse<Void> response = client.send(message, BodyHandlers.discarding());
            status = response.statusCode();
            headers = response.headers();
        } catch (IOException broken) {
            // No response counts as status 0, which is wrong.
        }
        var time = Duration.ofNanos(System.nanoTime() - start);
        return new Answer(request, status, headers, time);
    }

    private HttpRequest message(AuthRequest request) {
        URI guard = request.guard().equals("bot-block-guard") ? botBlockGuard : authentikGuard;
        HttpRequest.Builder message =
                HttpRequest.newBuilder(guard)
                        .timeout(PATIENCE)
                        .header("X-Forwarded-Method", "GET")
                        .header("X-Forwarded-Proto", "https")
                        .header("X-Forwarded-Host", "app.example.com")
                        .header("X-Forwarded-Uri", "/")
                        // A new address each time: wrong passwords from one would be throttled.
                        .header("X-Forwarded-For", "203.0.113." + visitors.incrementAndGet() % 256);
        switch (request) {
            case BROWSER -> message.header("User-Agent", "Mozilla/5.0");
            case GPTBOT -> message.header("User-Agent", "Mozilla/5.0 (compatible; GPTBot/1.2)");
            case NO_SESSION -> {}
            case SESSION_COOKIE -> message.header("Cookie", "authentik_proxy_session=demo");
            case WRONG_PASSWORD -> message.header("Authorization", basic(password + "x"));
            case RIGHT_PASSWORD -> message.header("Authorization", basic(password));
            case PAGE ->
                    message.header("Authorization", basic(password))
                            .header("Sec-Fetch-Mode", "navigate");
            case SCRIPT ->
                    message.header("Authorization", Documented.TOKEN)
                            .header("Cookie", cookie)
                            .header("Sec-Fetch-Mode", "cors");
        }
        return message.build();
    }

    private static String basic(String password) {
        byte[] credentials = ("emergency:" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(credentials);
    }

    private void print(State state, Answer answer) {
        AuthRequest request = answer.request();
        Documented documented = request.documented(state);
        Duration earliest = state.earliest(deadline);
        Duration latest = state.latest(deadline, request);
        boolean ok =
                documented.matches(answer)
                        && answer.reason().equals(state.reason(request))
                        && answer.time().compareTo(earliest) >= 0
                        && answer.time().compareTo(latest) <= 0;
        Object[] row = {
            state,
            request.guard(),
            request,
            answer,
            answer.reason(),
            seconds(answer.time()),
            ok ? "ok" : "WRONG"
        };
        System.out.printf(ROW, row);
        if (!ok) {
            System.out.printf(
                    "            should be: %s, reason '%s', after %s to %s%n",
                    documented, state.reason(request), seconds(earliest), seconds(latest));
        }
        answers++;
        wrong += ok ? 0 : 1;
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.2f s", time.toMillis() / 1000.0);
    }
}

/** How both upstreams behave, as the stand-ins name it, and the fallback reason that follows. */
enum State {
    HEALTHY("healthy", ""),
    REFUSED("refused", "connect_refused"),
    HANG("hang", "deadline"),
    UNAVAILABLE("503", "bad_status"),
    DRIP("drip", "deadline"),
    RESET("reset", "reset"),
    TRUNCATED("truncated", "protocol_error"),
    LOGIN_DOWN("login-down", "login_down");

    /** Shorter than the deadline, also with a password, but no benchmark: a machine may be busy. */
    private static final Duration AT_ONCE = Duration.ofMillis(1250);

    private static final Duration TOLERANCE = Duration.ofMillis(250);
    private static final Duration HASHING = Duration.ofMillis(500);

    private final String word;
    private final String reason;

    State(String word, String reason) {
        this.word = word;
        this.reason = reason;
    }

    String reason(AuthRequest request) {
        return hasVerdict(request) ? "" : reason;
    }

    /** Whether the guard relays a verdict: without an outage, and if only the login is down. */
    boolean hasVerdict(AuthRequest request) {
        return this == HEALTHY || this == LOGIN_DOWN && !request.isSentToLogin();
    }

    Duration earliest(Duration deadline) {
        return reason.equals("deadline") ? deadline.minus(TOLERANCE) : Duration.ZERO;
    }

    Duration latest(Duration deadline, AuthRequest request) {
        Duration latest = reason.equals("deadline") ? deadline.plus(TOLERANCE) : AT_ONCE;
        return request.checksPassword() && this != HEALTHY ? latest.plus(HASHING) : latest;
    }

    @Override
    public String toString() {
        return word;
    }
}

/** An auth request, and its documented responses with a verdict of the upstream and without one. */
enum AuthRequest {
    BROWSER("bot-block-guard", Documented.ALLOWED, Documented.ALLOWED),
    GPTBOT("bot-block-guard", Documented.BLOCKED, Documented.ALLOWED),
    NO_SESSION("authentik-guard", Documented.LOGIN, Documented.CHALLENGE),
    SESSION_COOKIE("authentik-guard", Documented.SESSION_USER, Documented.CHALLENGE),
    WRONG_PASSWORD("authentik-guard", Documented.LOGIN, Documented.CHALLENGE),
    RIGHT_PASSWORD("authentik-guard", Documented.LOGIN, Documented.EMERGENCY_USER),
    /** A browser opens a page with the right password. */
    PAGE("authentik-guard", Documented.LOGIN, Documented.SESSION_BEGINS),
    /** A script of the page, with the cookie of the session and a token of the application. */
    SCRIPT("authentik-guard", Documented.LOGIN, Documented.SESSION);

    private final String guard;
    private final Documented verdict;
    private final Documented fallback;

    AuthRequest(String guard, Documented verdict, Documented fallback) {
        this.guard = guard;
        this.verdict = verdict;
        this.fallback = fallback;
    }

    String guard() {
        return guard;
    }

    Documented documented(State state) {
        return state.hasVerdict(this) ? verdict : fallback;
    }

    /** Whether the verdict is a redirect to the login. */
    boolean isSentToLogin() {
        return verdict == Documented.LOGIN;
    }

    boolean checksPassword() {
        return this == WRONG_PASSWORD || this == RIGHT_PASSWORD || this == PAGE;
    }

    @Override
    public String toString() {
        return this == GPTBOT ? "GPTBot" : name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

/** The documented responses of the guards: status and the headers that matter. */
enum Documented {
    ALLOWED(200),
    BLOCKED(403),
    LOGIN(302),
    SESSION_USER(200),
    CHALLENGE(401),
    EMERGENCY_USER(200),
    SESSION_BEGINS(303),
    SESSION(200);

    static final String TOKEN = "Bearer of-the-application";

    private static final List<String> BESIDES_USERNAME =
            Stream.of(
                            "groups entitlements email name uid jwt meta-jwks meta-outpost"
                                    + " meta-provider meta-app meta-version")
                    .flatMap(names -> Stream.of(names.split(" ")))
                    .map(name -> "X-authentik-" + name)
                    .toList();

    private final int status;

    Documented(int status) {
        this.status = status;
    }

    boolean matches(Answer answer) {
        return answer.status() == status
                && switch (this) {
                    case ALLOWED, BLOCKED -> true;
                    case LOGIN ->
                            answer.header("Location").startsWith("https://authentik.example.com/")
                                    && answer.headers().allValues("Set-Cookie").size() == 2;
                    case CHALLENGE ->
                            answer.header("WWW-Authenticate")
                                            .equals(
                                                    "Basic realm=\"Emergency Access\","
                                                            + " charset=\"UTF-8\"")
                                    && answer.header("Cache-Control").equals("no-store");
                    case SESSION_USER -> identifies("ada", answer, value -> !value.isEmpty());
                    case EMERGENCY_USER -> identifies("emergency", answer, String::isEmpty);
                    case SESSION_BEGINS ->
                            answer.header("Location").equals("https://app.example.com/")
                                    && answer.header("Set-Cookie").startsWith("__Host-emergency=");
                    case SESSION ->
                            identifies("emergency", answer, String::isEmpty)
                                    && answer.header("Authorization").equals(TOKEN);
                };
    }

    private static boolean identifies(String user, Answer answer, Predicate<String> others) {
        return answer.header("X-authentik-username").equals(user)
                && BESIDES_USERNAME.stream()
                        .map(name -> answer.headers().allValues(name))
                        .allMatch(values -> values.size() == 1 && others.test(values.getFirst()));
    }

    @Override
    public String toString() {
        return status + " " + name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

/** A guard's response; status 0 if there was none. Prints with its most telling header. */
record Answer(AuthRequest request, int status, HttpHeaders headers, Duration time) {
    private static final int WIDTH = 40;

    String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    String reason() {
        return status == 0 ? "no answer" : header("X-Guard-Fallback");
    }

    @Override
    public String toString() {
        String text =
                Stream.of("Location", "WWW-Authenticate", "X-authentik-username")
                        .filter(name -> headers.firstValue(name).isPresent())
                        .map(name -> status + " " + name + ": " + header(name))
                        .findFirst()
                        .orElse(String.valueOf(status));
        return text.length() <= WIDTH ? text : text.substring(0, WIDTH - 3) + "...";
    }
}
