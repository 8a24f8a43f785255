import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/**
 * One Flink in one JVM: REST on 127.0.0.1, ended by the end of its standard input. Its parent may be killed in
 * any way, its pipe is closed by the system, and no JVM stays behind.
 */
public final class Cluster {
    public static void main(String[] arguments) throws Exception {
        Configuration configuration = new Configuration();
        String folder = arguments[0];
        String[][] settings = {
            {"rest.address", "127.0.0.1"}, {"rest.bind-address", "127.0.0.1"}, {"rest.bind-port", "0"},
            {"rest.port", "0"}, {"jobmanager.rpc.address", "127.0.0.1"}, {"jobmanager.bind-host", "127.0.0.1"},
            {"taskmanager.host", "127.0.0.1"}, {"taskmanager.bind-host", "127.0.0.1"},
            {"web.submit.enable", "true"}, {"web.upload.dir", folder + "/uploads"}, {"io.tmp.dirs", folder + "/tmp"},
            // The default caches a job's status for three seconds.
            {"web.refresh-interval", "50"},
            // Without a size of its own for each part, one process cannot be both sides of a cluster.
            {"taskmanager.cpu.cores", "1"}, {"taskmanager.memory.task.heap.size", "64m"},
            {"taskmanager.memory.task.off-heap.size", "0m"}, {"taskmanager.memory.managed.size", "16m"},
            {"taskmanager.memory.network.min", "16m"}, {"taskmanager.memory.network.max", "16m"},
            // As in the service: state on the heap or in RocksDB, snapshots in files. Checkpoints are the job's own.
            // Long beside the moment that a record takes: a job that loops is nearly always RESTARTING.
            {"restart-strategy.type", "fixed-delay"}, {"restart-strategy.fixed-delay.delay", "3 s"},
            {"restart-strategy.fixed-delay.attempts", String.valueOf(Integer.MAX_VALUE)},
            {"state.backend.type", "hashmap"}, {"execution.checkpointing.dir", "file://" + folder + "/checkpoints"},
        };
        for (String[] setting : settings) {
            configuration.setString(setting[0], setting[1]);
        }
        MiniCluster cluster = new MiniCluster(new MiniClusterConfiguration.Builder()
            .setConfiguration(configuration).setNumTaskManagers(1).setNumSlotsPerTaskManager(2).build());
        cluster.start();
        System.out.println(cluster.getRestAddress().get());
        while (System.in.read() >= 0) {
            continue;
        }
        Runtime.getRuntime().halt(0);
    }
}
