import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;
import org.apache.flink.streaming.api.functions.source.RichSourceFunction;
import org.apache.flink.util.Collector;

/**
 * The tutorial's job: reads a stream, counts each key in Flink state, writes a table. The stream and the table are
 * files that the local AWS writes and reads, so that nothing here waits for the lock that a savepoint is taken under.
 *
 * <p>Which records break it, the name of its counting operator and the type of its state stand in the jar: another
 * jar is other code. The same source is built for Flink 1.20 and for Flink 2.3, in which two of its base classes have
 * another package.
 */
public final class FeatureCounter {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        Properties given = new Properties();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            given.setProperty(argument.substring(0, equals), argument.substring(equals + 1));
        }
        Properties code = new Properties();
        code.load(FeatureCounter.class.getResourceAsStream("/code.properties"));
        Path stream = Path.of(required(given, "folder"), "streams", required(given, "stream.name"));
        Path table = Path.of(required(given, "folder"), "tables", required(given, "table.name"));

        String needs = code.getProperty("needs", "");
        if (!needs.isEmpty()) {
            required(given, needs);
        }

        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
        environment.setParallelism(1);
        environment.enableCheckpointing(500);
        environment.addSource(new Records(stream.toString())).uid("records").name("records")
            .keyBy(record -> JSON.readTree(record).get("key").asText())
            .process(new Count(code.getProperty("fails_on", ""), code.getProperty("state", "").equals("pojo")))
            .uid(code.getProperty("operator", "counts")).name("counts")
            .addSink(new Table(table.toString())).uid("table").name("table");
        environment.execute("feature-counter " + code.getProperty("version"));
    }

    private static String required(Properties given, String key) {
        String value = given.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException("property '" + key + "' is missing from group 'FlinkApplicationProperties'");
        }
        return value;
    }

    /** The stream, from a position that is state. */
    private static final class Records extends RichSourceFunction<String> implements CheckpointedFunction {
        private final String path;
        private transient ListState<Integer> saved;
        private int position;
        private volatile boolean isRunning = true;

        Records(String path) {
            this.path = path;
        }

        @Override
        public void initializeState(FunctionInitializationContext context) throws Exception {
            saved = context.getOperatorStateStore().getListState(new ListStateDescriptor<>("position", Integer.class));
            for (Integer known : saved.get()) {
                position = known;
            }
        }

        @Override
        public void snapshotState(FunctionSnapshotContext context) throws Exception {
            saved.update(Arrays.asList(position));
        }

        @Override
        public void run(SourceContext<String> out) throws Exception {
            while (isRunning) {
                // What follows the last line break is a record that is being written.
                String[] lines = text().split("\n", -1);
                while (isRunning && position < lines.length - 1) {
                    synchronized (out.getCheckpointLock()) {
                        out.collect(lines[position]);
                        position++;
                    }
                }
                Thread.sleep(10);
            }
        }

        private String text() throws IOException {
            try {
                return Files.readString(Path.of(path));
            } catch (NoSuchFileException nothingYet) {
                return "";
            }
        }

        @Override
        public void cancel() {
            isRunning = false;
        }
    }

    /**
     * State that Flink 1 and Flink 2 write differently: a list in a POJO is Kryo's in the one, and has a serializer of
     * its own in the other.
     */
    public static final class Tally {
        public long count;
        public List<String> features = new ArrayList<>();
    }

    /** How often each key was seen. */
    private static final class Count extends KeyedProcessFunction<String, String, String> {
        private final Set<String> failsOn;
        private final boolean isPojo;
        private transient ValueState<Long> count;
        private transient ValueState<Tally> tally;

        Count(String failsOn, boolean isPojo) {
            this.failsOn = new HashSet<>(Arrays.asList(failsOn.split(",")));
            this.isPojo = isPojo;
        }

        @Override
        public void open(OpenContext opened) {
            if (isPojo) {
                tally = getRuntimeContext().getState(new ValueStateDescriptor<>("tally", Tally.class));
            } else {
                count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class));
            }
        }

        @Override
        public void processElement(String record, Context context, Collector<String> out) throws Exception {
            String key = context.getCurrentKey();
            if (failsOn.contains(key)) {
                throw new RuntimeException("cannot process the record with key '" + key + "'");
            }
            String feature = JSON.readTree(record).get("featureName").asText();
            long now = isPojo ? tallied(feature) : counted();
            String row = JSON.createObjectNode().put("key", key).put("featureName", feature).put("count", now).toString();
            out.collect(row);
        }

        private long counted() throws IOException {
            long now = count.value() == null ? 1 : count.value() + 1;
            count.update(now);
            return now;
        }

        private long tallied(String feature) throws IOException {
            Tally now = tally.value() == null ? new Tally() : tally.value();
            now.count++;
            now.features.add(feature);
            tally.update(now);
            return now.count;
        }
    }

    /** The table: the same row twice is the same row. */
    private static final class Table extends RichSinkFunction<String> {
        private final String path;

        Table(String path) {
            this.path = path;
        }

        @Override
        public void invoke(String row, Context context) throws IOException {
            Path denied = Path.of(path + ".denied");
            if (Files.exists(denied)) {
                throw new IOException(Files.readString(denied));
            }
            Files.writeString(Path.of(path), row + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }
}
