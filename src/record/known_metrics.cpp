#include "known_metrics.hpp"

#include <fmt/core.h>

#include "amt/base/strings.hpp"
#include "amt/process/log.hpp"

namespace amt {

void read_known_metrics(const std::filesystem::path& path,
                        const std::function<void(const StepMetrics&)>& step,
                        const std::function<void(const ValidationMetrics&)>& validation) {
  const std::int64_t unknown = read_metrics(path, step, validation);
  if (unknown == 0) return;
  log_warning(fmt::format("{} of {} cannot be read: cut off by a kill, or not written by amt train",
                          counted(unknown, "line"), path.string()));
}

}  // namespace amt
