#include "amt/checkpoint/options.hpp"

namespace amt {

void CheckpointerOptions::register_options(OptionTable& table) {
  table.add("checkpointer.save_interval", &save_interval,
            "time between rolling checkpoints, in seconds or as 90s, 30m, 2h", Effect::kNothing);
  table.add("checkpointer.keep_every", &keep_every, "steps between permanent checkpoints",
            Effect::kNothing);
  table.add("checkpointer.keep_last", &keep_last,
            "number of rolling checkpoints to keep; with 1, there is no fallback if it is damaged",
            Effect::kNothing);
  table.add("checkpointer.keep_best", &keep_best,
            "save a checkpoint after each validation with the lowest loss so far, and keep the "
            "best one, whose name is in run_dir/checkpoints/best",
            Effect::kNothing);
  table.add("checkpointer.background", &background,
            "continue training while a checkpoint is written; false: wait for it",
            Effect::kNothing);
  table.add_customary("checkpointer.keep_best",
                      {"save_best", "save_best_only", "load_best_model_at_end", "best"});
  table.add_customary("checkpointer.background", {"async", "async_save", "async_checkpoint"});
  table.add_customary("checkpointer.keep_every", {"save_steps", "save_every"});
  table.add_customary("checkpointer.keep_last", {"save_total_limit", "max_to_keep", "save_top_k"});
}

void CheckpointerOptions::validate() const {
  require_option(save_interval.seconds > 0, "checkpointer.save_interval", save_interval.seconds,
                 "be above 0");
  require_option(keep_every >= 1, "checkpointer.keep_every", keep_every, "be at least 1");
  require_option(keep_last >= 1, "checkpointer.keep_last", keep_last, "be at least 1");
}

}  // namespace amt
