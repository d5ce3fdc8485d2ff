package dev.forwardguard.load.bench;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;

import javax.management.JMX;
import javax.management.MBeanServerConnection;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Measures a guard's heap allocation per request, as its JVM counts it over all threads. */
record Allocation(Saturation load) implements Trial {
    @Override
    @SuppressWarnings("BanJNDI") // the address is that of a JVM that this program has started
    public Measurement measure(Running contender, Scenario scenario, Duration length) {
        try {
            VirtualMachine jvm = VirtualMachine.attach(String.valueOf(contender.process().pid()));
            String address = jvm.startLocalManagementAgent();
            jvm.detach();
            try (var connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
                return measure(connector.getMBeanServerConnection(), contender, scenario, length);
            }
        } catch (IOException | AttachNotSupportedException | MalformedObjectNameException e) {
            throw new IllegalStateException("cannot connect to the guard's JVM", e);
        }
    }

    private Measurement measure(
            MBeanServerConnection jvm, Running contender, Scenario scenario, Duration length)
            throws MalformedObjectNameException {
        ThreadMXBean threads =
                JMX.newMXBeanProxy(
                        jvm,
                        new ObjectName(ManagementFactory.THREAD_MXBEAN_NAME),
                        ThreadMXBean.class);
        long before = threads.getTotalThreadAllocatedBytes();
        Measurement measured = load.measure(contender, scenario, length);
        double bytes = threads.getTotalThreadAllocatedBytes() - before;
        double requests = measured.of(Metric.RATE) * length.toNanos() / 1e9;
        return measured.with(Metric.ALLOCATED, bytes / 1024 / requests);
    }
}
