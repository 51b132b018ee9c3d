#include "amt/train/resources.hpp"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>

#include "amt/base/error.hpp"
#include "amt/base/log.hpp"
#include "amt/base/strings.hpp"
#include "amt/model/gpt2.hpp"

namespace amt {
namespace {

int cores_of_process() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof(set), &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

/// A positive number at the start of a text ("4" and "4,2" of nested parallelism), else 0.
int leading_number(const char* text) {
  if (text == nullptr) return 0;
  int value = 0;
  std::from_chars(text, text + std::strlen(text), value);
  return std::max(0, value);
}

/// The first number of a file that is one line, or `otherwise` ("max", or no such file).
std::uint64_t number_in(const char* path, std::uint64_t otherwise) {
  std::uint64_t value = 0;
  return std::ifstream(path) >> value ? value : otherwise;
}

/// Bytes that new allocations may take: of the machine, and of the control group if that has less.
std::uint64_t available_bytes() {
  std::uint64_t machine = UINT64_MAX;
  std::ifstream info("/proc/meminfo");
  for (std::string key, unit; info >> key;) {
    std::uint64_t kilobytes = 0;
    info >> kilobytes;
    std::getline(info, unit);
    if (key == "MemAvailable:") machine = kilobytes * 1024;
  }
  const std::uint64_t limit = number_in("/sys/fs/cgroup/memory.max", UINT64_MAX);
  const std::uint64_t used = number_in("/sys/fs/cgroup/memory.current", 0);
  return std::min(machine, limit > used ? limit - used : 0);
}

}  // namespace

int choose_threads(int wanted, const char* environment, int node_cores, int usable_cores,
                   int ranks_on_host) {
  int threads = wanted > 0 ? wanted : leading_number(environment);
  if (threads == 0) threads = node_cores / std::max(1, ranks_on_host);
  return std::clamp(threads, 1, std::max(1, usable_cores));
}

int threads_per_rank(int wanted, const mpi::Communicator& communicator) {
  const int node = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int usable = cores_of_process();
  const char* environment = std::getenv("OMP_NUM_THREADS");
  const int ranks = communicator.ranks_on_host();
  const int unbound = choose_threads(wanted, environment, node, node, ranks);
  const int threads = choose_threads(wanted, environment, node, usable, ranks);
  if (threads < unbound && communicator.rank() == 0) {
    log_warning(str_cat("the launcher has bound each rank to ", usable, " of ", node,
                        " cores, so it runs ", threads, " instead of ", unbound,
                        " threads; start it with --bind-to none to use more"));
  }
  return threads;
}

std::uint64_t training_bytes(const ModelConfig& config, int micro_batch) {
  constexpr std::uint64_t kBuffers = 4;  // parameters, gradients, two moments
  // Per position and layer: two norms, q k v, attention, two residuals, four times two of the MLP.
  const std::uint64_t kept = config.gradient_checkpointing ? 1 : 16;
  const auto parameters = static_cast<std::uint64_t>(ParameterLayout(config).total());
  const auto positions =
      static_cast<std::uint64_t>(micro_batch) * static_cast<std::uint64_t>(config.seq_len);
  const auto widths =
      static_cast<std::uint64_t>(config.hidden_dim) * static_cast<std::uint64_t>(config.num_layers);
  return sizeof(float) * (kBuffers * parameters + kept * positions * widths);
}

void check_memory(const ModelConfig& config, int micro_batch,
                  const mpi::Communicator& communicator) {
  const std::uint64_t needed = training_bytes(config, micro_batch);
  const auto ranks = static_cast<std::uint64_t>(communicator.ranks_on_host());
  const std::uint64_t available = available_bytes();
  if (needed <= available / ranks) return;
  throw Error(str_cat("training needs at least ", format_bytes(static_cast<double>(needed)),
                      " on each of the ", ranks, " ranks on ", communicator.host(), ", which has ",
                      format_bytes(static_cast<double>(available)),
                      " left; use a smaller --trainer.per_device_parallelism (now ", micro_batch,
                      " rows), --model.gradient_checkpointing true, or fewer ranks per node"));
}

}  // namespace amt
