#include "nccl_algorithms.hpp"

#include <fmt/core.h>

#include <cstdlib>

#include "amt/process/log.hpp"

namespace amt::cuda {
namespace {

constexpr const char* kVariable = "NCCL_ALGO";
// NCCL compares complete names; without the second, jobs on several nodes would still sum in
// switches.
constexpr const char* kWithoutNvls = "^NVLS,NVLSTree";

}  // namespace

void leave_out_nvls() {
  const char* set = std::getenv(kVariable);
  if (set != nullptr) {
    return log_info(
        fmt::format("{}={} from the environment is kept: sums have the same bits in every run "
                    "unless it allows NVLS",
                    kVariable, set));
  }
  setenv(kVariable, kWithoutNvls, 0);
  log_info(fmt::format(
      "{}={} was set, so that sums have the same bits in every run, which NVLS does not guarantee",
      kVariable, kWithoutNvls));
}

}  // namespace amt::cuda
