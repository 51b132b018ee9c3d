#include "nccl_algorithms.hpp"

#include <fmt/core.h>

#include <cstdlib>

#include "amt/process/log.hpp"

namespace amt::cuda {
namespace {

constexpr const char* kVariable = "NCCL_ALGO";
// Names are compared whole: without the second, a job on several nodes would still sum in switches.
constexpr const char* kWithoutNvls = "^NVLS,NVLSTree";

}  // namespace

void leave_out_nvls() {
  const char* set = std::getenv(kVariable);
  if (set != nullptr) {
    return log_info(
        fmt::format("{}={} stays as the environment has it: sums are the same each time "
                    "unless it allows NVLS",
                    kVariable, set));
  }
  setenv(kVariable, kWithoutNvls, 0);
  log_info(
      fmt::format("{}={} is set, so that sums are the same each time, as those by NVLS "
                  "are not",
                  kVariable, kWithoutNvls));
}

}  // namespace amt::cuda
