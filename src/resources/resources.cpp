#include "amt/resources/resources.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"
#include "amt/process/log.hpp"
#include "amt/process/machine.hpp"

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

Precision choose_precision(const std::string& name, const std::string& option,
                           Bf16Support support) {
  if (name == "auto") return support == Bf16Support::kTiles ? Precision::kBf16 : Precision::kF32;
  if (name == "f32" || name == "fp32" || name == "p=f32,c=f32") return Precision::kF32;
  if (name == "bf16" || name == "bfloat16" || name == "p=f32,c=bfloat16") return Precision::kBf16;
  throw UsageError(str_cat("--", option, " '", name, "' is not known; use auto, f32 or bf16"));
}

std::string gpu_refusal(const std::string& name, const std::string& option) {
  if (choose_precision(name, option, Bf16Support::kTiles) == Precision::kBf16) return "";
  return str_cat("GPUs compute in bf16, and ", option, " is ", name);
}

int threads_per_rank(int wanted, const mpi::Communicator& communicator) {
  const int node = node_cores();
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

}  // namespace amt
