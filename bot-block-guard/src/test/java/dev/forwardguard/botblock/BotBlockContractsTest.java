package dev.forwardguard.botblock;

import dev.forwardguard.guard.Decision.Outcome;
import dev.forwardguard.testing.guard.AnswerSizeContract;
import dev.forwardguard.testing.guard.AnyMethodContract;
import dev.forwardguard.testing.guard.CircuitContract;
import dev.forwardguard.testing.guard.DeadlineContract;
import dev.forwardguard.testing.guard.FaultMatrixContract;
import dev.forwardguard.testing.guard.ForwardedHeadersContract;
import dev.forwardguard.testing.guard.ForwardingContract;
import dev.forwardguard.testing.guard.FreshStartContract;
import dev.forwardguard.testing.guard.HangUpContract;
import dev.forwardguard.testing.guard.HostileVisitorContract;
import dev.forwardguard.testing.guard.HygieneContract;
import dev.forwardguard.testing.guard.LiveSettingsContract;
import dev.forwardguard.testing.guard.OddRequestContract;
import dev.forwardguard.testing.guard.OnePieceContract;
import dev.forwardguard.testing.guard.OtherRequestContract;
import dev.forwardguard.testing.guard.OverrideContract;
import dev.forwardguard.testing.guard.OwnLimitsContract;
import dev.forwardguard.testing.guard.PipeliningContract;
import dev.forwardguard.testing.guard.RealIpWarningContract;
import dev.forwardguard.testing.guard.RelayContract;
import dev.forwardguard.testing.guard.RelayedCookiesContract;
import dev.forwardguard.testing.guard.StatusContract;
import dev.forwardguard.testing.guard.UnreachableContract;
import dev.forwardguard.testing.guard.VerdictContract;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

import java.util.Set;
import java.util.stream.IntStream;

/**
 * What bot-block-guard shares with the other guard: each contract runs against a guard of its own.
 */
@Tag("contract")
final class BotBlockContractsTest {
    @Nested
    final class AnswerSize extends AnswerSizeContract {
        AnswerSize() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class AnyMethod extends AnyMethodContract {
        AnyMethod() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class Circuit extends CircuitContract {
        Circuit() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class Deadline extends DeadlineContract {
        Deadline() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class FaultMatrix extends FaultMatrixContract {
        FaultMatrix() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class ForwardedHeaders extends ForwardedHeadersContract {
        ForwardedHeaders() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class Forwarding extends ForwardingContract {
        Forwarding() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class FreshStart extends FreshStartContract {
        FreshStart() {
            super(BotBlock.KIND, "bot-block-guard", Set.of(Outcome.ALLOW));
        }
    }

    @Nested
    final class HangUp extends HangUpContract {
        HangUp() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class HostileVisitor extends HostileVisitorContract {
        HostileVisitor() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class Hygiene extends HygieneContract {
        Hygiene() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class LiveSettings extends LiveSettingsContract {
        LiveSettings() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class OddRequest extends OddRequestContract {
        OddRequest() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class OnePiece extends OnePieceContract {
        OnePiece() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class OtherRequest extends OtherRequestContract {
        OtherRequest() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class Overriding extends OverrideContract {
        Overriding() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class OwnLimits extends OwnLimitsContract {
        OwnLimits() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class Pipelining extends PipeliningContract {
        Pipelining() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class RealIpWarning extends RealIpWarningContract {}

    @Nested
    final class Relay extends RelayContract {
        Relay() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class RelayedCookies extends RelayedCookiesContract {
        RelayedCookies() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class Status extends StatusContract {
        Status() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class Unreachable extends UnreachableContract {
        Unreachable() {
            super(BotBlock.KIND);
        }
    }

    @Nested
    final class Verdict extends VerdictContract {
        private static final Set<Integer> DENIALS = Set.of(401, 403, 429);

        Verdict() {
            super(BotBlock.KIND);
        }

        @Override
        protected IntStream noVerdicts() {
            IntStream errors =
                    IntStream.rangeClosed(400, 599).filter(status -> !DENIALS.contains(status));
            return IntStream.concat(IntStream.of(206, 304), errors);
        }
    }
}
