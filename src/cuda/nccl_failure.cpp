#include "nccl_failure.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "amt/base/strings.hpp"

namespace amt::cuda {
namespace {

/// Returns advice on what to do next.
std::string_view advice(ncclResult_t result) {
  switch (result) {
    case ncclRemoteError:
      return "another rank ended or cannot be reached: its own message gives the cause; start "
             "again to resume from the last checkpoint";
    case ncclInvalidUsage:
      return "each rank needs a device of its own: ranks that share a device cannot use NCCL";
    case ncclUnhandledCudaError:
      return "the device itself failed or is out of memory: check with nvidia-smi";
    default:
      return "NCCL_DEBUG=INFO shows what NCCL was doing, NCCL_SOCKET_IFNAME chooses its network, "
             "NCCL_P2P_DISABLE=1 avoids the links between GPUs";
  }
}

/// Returns `detail` on one line as " (...)", or "" if it is empty.
std::string in_brackets(std::string_view detail) {
  std::string text(detail);
  std::replace(text.begin(), text.end(), '\n', ' ');
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text.empty() ? text : " (" + text + ")";
}

}  // namespace

std::string describe(const NcclPlace& place) {
  return fmt::format("rank {} of {} on {}, device {}", place.rank, place.ranks, place.host,
                     place.device);
}

std::string network_between(const std::vector<std::string>& hosts) {
  constexpr std::size_t kNamed = 4;
  std::vector<std::string> names;
  for (const std::string& host : hosts) {
    if (std::ranges::find(names, host) == names.end()) names.push_back(host);
  }
  if (names.size() == 1) return fmt::format("the links between the GPUs of {}", names[0]);
  std::string text = "the network of " + names[0];
  for (std::size_t i = 1; i < std::min(kNamed, names.size()); ++i) text += ", " + names[i];
  return names.size() <= kNamed ? text
                                : fmt::format("{} and {} others", text, names.size() - kNamed);
}

Error nccl_failure(const NcclPlace& place, std::string_view what, ncclResult_t result,
                   std::string_view detail) {
  return Error(fmt::format("NCCL: {} failed on {}: {}{}; {}", what, describe(place),
                           ncclGetErrorString(result), in_brackets(detail), advice(result)));
}

Error nccl_timeout(const NcclPlace& place, std::string_view what, double seconds,
                   std::string_view detail) {
  return Error(fmt::format(
      "NCCL: {} did not finish within {} on {}{}; a rank has ended or cannot be reached: {}", what,
      format_duration(seconds), describe(place), in_brackets(detail), advice(ncclSystemError)));
}

}  // namespace amt::cuda
