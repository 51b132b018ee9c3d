#include "describe_run.hpp"

#include <fmt/core.h>

#include "amt/base/strings.hpp"
#include "amt/model/parameter_layout.hpp"
#include "amt/resources/flops.hpp"

namespace amt {
RunFacts describe_run(const ModelConfig& model, const TrainerOptions& trainer,
                      const OptimizerOptions& optimizer, const DatasetFacts& dataset, int ranks,
                      const std::string& device) {
  RunFacts run;
  run.num_train_steps = trainer.num_train_steps;
  run.tokens_per_step = std::int64_t{trainer.train_batch_size} * model.seq_len;
  run.tokens_per_epoch = dataset.train_rows * model.seq_len;
  run.facts = {
      {"run", trainer.run_dir},
      {"model", fmt::format("{}, {} wide, {}", counted(model.num_layers, "layer"), model.hidden_dim,
                            counted(model.num_heads, "head"))},
      {"tokens of context", format_count(model.seq_len)},
      {"parameters", format_count(ParameterLayout(model).count())},
      {"work per token", fmt::format("{} MFLOP", format_count(static_cast<std::int64_t>(
                                                     model_flops_per_token(model) / 1e6)))},
      {"dataset", dataset.folder},
      {"encoding", dataset.encoding},
      {"training rows", format_count(dataset.train_rows)},
      {"validation rows", format_count(dataset.valid_rows)},
      {"dataset's digest", dataset.digest},
      {"batch", fmt::format("{} rows, {} tokens", trainer.train_batch_size,
                            format_count(run.tokens_per_step))},
      {"optimizer", word_of(optimizer.name)},
      {"order of rows", trainer.reshuffle ? "new in each epoch" : "the same in each epoch"},
      {"learning rate",
       fmt::format("{:.6g}, {}, warm-up {:.6g}% of the steps", optimizer.learning_rate.value,
                   word_of(optimizer.lr_schedule), 100 * optimizer.warmup_ratio)},
      {"weight decay", fmt::format("{:.6g}", optimizer.weight_decay)},
      {"seed", std::to_string(trainer.seed)},
      {"ranks", fmt::format("{}{}{}", ranks, ranks == 1 ? ": " : ", each: ", device)},
      {"deterministic", trainer.deterministic ? "true" : "false"},
      {"peak of each device", trainer.peak_flops > 0
                                  ? fmt::format("{:.6g} TFLOP/s", trainer.peak_flops / 1e12)
                                  : "unknown, so there is no MFU"}};
  return run;
}

}  // namespace amt
