package dev.forwardguard.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Loads the classes of the guards and of Netty once more, with a call of {@link Steps#step} before
 * each branch and each call. No loop can do without one of the two.
 */
final class InstrumentingClassLoader extends ClassLoader {
    private static final List<String> INSTRUMENTED = List.of("dev.forwardguard.", "io.netty.");
    private static final ClassDesc STEPS = ClassDesc.of(Steps.class.getName());
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.ofDescriptor("()V");

    /** Name and descriptor of each method that stands for one of a text. */
    private static final Set<String> COUNTED =
            Arrays.stream(Steps.class.getDeclaredMethods())
                    .filter(method -> Modifier.isPublic(method.getModifiers()))
                    .map(method -> method.getName() + descriptor(method).descriptorString())
                    .collect(Collectors.toSet());

    private final ClassFile format =
            ClassFile.of(
                    ClassFile.ClassHierarchyResolverOption.of(
                            ClassHierarchyResolver.ofResourceParsing(
                                    InstrumentingClassLoader.class.getClassLoader())));

    InstrumentingClassLoader() {
        super(InstrumentingClassLoader.class.getClassLoader());
    }

    /** The constant of the same name, in the instrumented class. */
    @SuppressWarnings("unchecked") // the copy implements the same interface of the JDK
    <E extends Enum<E> & Consumer<String>> Consumer<String> copyOf(E constant) {
        try {
            Class<?> copy = loadClass(constant.getDeclaringClass().getName());
            return (Consumer<String>)
                    Arrays.stream(copy.getEnumConstants())
                            .filter(each -> ((Enum<?>) each).name().equals(constant.name()))
                            .findFirst()
                            .orElseThrow();
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean instrumented =
                INSTRUMENTED.stream().anyMatch(name::startsWith)
                        && !name.startsWith(Steps.class.getName());
        if (!instrumented) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream original =
                getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (original == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] counting =
                    format.transformClass(
                            format.parse(original.readAllBytes()),
                            ClassTransform.transformingMethodBodies(
                                    InstrumentingClassLoader::count));
            return defineClass(name, counting, 0, counting.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void count(CodeBuilder code, CodeElement element) {
        if (element instanceof BranchInstruction) {
            code.invokestatic(STEPS, "step", NOTHING);
        } else if (element instanceof InvokeInstruction call) {
            code.invokestatic(STEPS, "step", NOTHING);
            MethodTypeDesc withReceiver =
                    call.typeSymbol().insertParameterTypes(0, call.owner().asSymbol());
            String name = call.name().stringValue();
            if (call.opcode() == Opcode.INVOKEVIRTUAL
                    && COUNTED.contains(name + withReceiver.descriptorString())) {
                code.invokestatic(STEPS, name, withReceiver);
                return;
            }
        }
        code.with(element);
    }

    private static MethodTypeDesc descriptor(Method method) {
        return MethodTypeDesc.ofDescriptor(
                java.lang.invoke.MethodType.methodType(
                                method.getReturnType(), method.getParameterTypes())
                        .descriptorString());
    }
}
