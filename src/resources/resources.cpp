#include "amt/resources/resources.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>

#include "amt/base/error.hpp"
#include "amt/process/log.hpp"
#include "amt/process/machine.hpp"

namespace amt {
namespace {

/// Parses a positive number at the start of a string ("4", or "4,2" for nested parallelism); 0 if
/// there is none.
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
  const int node = node_cores();
  const int usable = available_cores();
  const char* environment = std::getenv("OMP_NUM_THREADS");
  const int ranks = communicator.ranks_on_host();
  const int unbound = choose_threads(wanted, environment, node, node, ranks);
  const int threads = choose_threads(wanted, environment, node, usable, ranks);
  if (threads < unbound && communicator.rank() == 0) {
    log_warning(
        fmt::format("the launcher has bound each rank to {} of {} cores, so it runs {} instead of "
                    "{} threads; start it with --bind-to none to use more",
                    usable, node, threads, unbound));
  }
  return threads;
}

}  // namespace amt
