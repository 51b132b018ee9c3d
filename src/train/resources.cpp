#include "amt/train/resources.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "amt/base/error.hpp"
#include "amt/base/log.hpp"
#include "amt/base/machine.hpp"
#include "amt/base/strings.hpp"
#include "amt/model/gpt2.hpp"

namespace amt {
namespace {

/// A positive number at the start of a text ("4" and "4,2" of nested parallelism), else 0.
int leading_number(const char* text) {
  if (text == nullptr) return 0;
  int value = 0;
  std::from_chars(text, text + std::strlen(text), value);
  return std::max(0, value);
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
  const int usable = available_cores();
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

std::uint64_t training_bytes(const ModelConfig& config, int micro_batch,
                             std::size_t activation_bytes) {
  const auto moments =
      2 * sizeof(float) * static_cast<std::size_t>(ParameterLayout(config).total());
  return Gpt2::estimate_bytes(config, micro_batch, activation_bytes) + moments;
}

void check_memory(const ModelConfig& config, int micro_batch,
                  const mpi::Communicator& communicator) {
  const std::uint64_t needed = training_bytes(config, micro_batch, sizeof(float));
  const auto ranks = static_cast<std::uint64_t>(communicator.ranks_on_host());
  const std::uint64_t available = node_memory_bytes();
  if (needed <= available / ranks) return;
  throw Error(str_cat("training needs at least ", format_bytes(static_cast<double>(needed)),
                      " on each of the ", ranks, " ranks on ", communicator.host(), ", which has ",
                      format_bytes(static_cast<double>(available)),
                      "; use a smaller --trainer.per_device_parallelism (now ", micro_batch,
                      " rows), --model.gradient_checkpointing true, or fewer ranks per node"));
}

}  // namespace amt
