package dev.forwardguard.botblock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.Behaviour;
import dev.forwardguard.testing.RawConnection;
import dev.forwardguard.testing.guard.ClientShareContract;
import dev.forwardguard.testing.guard.RunningGuard;
import dev.forwardguard.testing.guard.Visitor;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.io.IOException;

@Tag("contract")
final class BotBlockClientShareTest extends ClientShareContract {
    BotBlockClientShareTest() {
        super(BotBlock.KIND);
    }

    @Test
    void readsAddressFromHeaderThatIsNotForwarded() throws IOException {
        String settings = settings() + "drop-request-headers: [Cookie, x-forwarded-for]\n";
        upstream.behaves(Behaviour.hangs());
        upstream.forget();
        try (var guard = RunningGuard.start(settings, Visitor.HTPASSWD);
                RawConnection first = guard.http().connect();
                RawConnection second = guard.http().connect()) {
            first.send(kind.authRequest().wire());
            second.send(kind.authRequest().wire());

            assertThat(upstream.awaitRequests(2))
                    .allSatisfy(each -> assertThat(each.header("X-Forwarded-For")).isEmpty());
            assertThat(guard.http().ask(kind.authRequest()).headers("X-Guard-Fallback"))
                    .containsExactly("overload");
        }
    }
}
