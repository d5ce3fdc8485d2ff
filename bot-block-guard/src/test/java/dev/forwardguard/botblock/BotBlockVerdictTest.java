package dev.forwardguard.botblock;

import dev.forwardguard.testing.guard.VerdictContract;

import java.util.Set;
import java.util.stream.IntStream;

final class BotBlockVerdictTest extends VerdictContract {
    private static final Set<Integer> DENIALS = Set.of(401, 403, 429);

    BotBlockVerdictTest() {
        super(BotBlock.KIND);
    }

    @Override
    protected IntStream noVerdicts() {
        IntStream errors =
                IntStream.rangeClosed(400, 599).filter(status -> !DENIALS.contains(status));
        return IntStream.concat(IntStream.of(206, 304), errors);
    }
}
