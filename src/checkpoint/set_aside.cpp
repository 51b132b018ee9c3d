#include "amt/base/files.hpp"
#include "amt/checkpoint/checkpoint.hpp"
#include "folders.hpp"
#include "named.hpp"

namespace amt {

void set_aside_after(const RunPaths& paths, std::int64_t step) {
  std::int64_t newest = 0;
  for (const std::int64_t there : checkpoint_steps(paths)) {  // newest first
    newest = there;
    if (there <= step) break;
    std::filesystem::path aside = paths.step(there);
    aside += RunPaths::kSuspect;
    remove_folder(aside);
    rename_folder(paths.step(there), aside);
    fsync_path(paths.checkpoints());
  }
  name_checkpoint(paths, paths.latest(), newest);
  name_best(paths, best_step(paths).value_or(0));
}

}  // namespace amt
