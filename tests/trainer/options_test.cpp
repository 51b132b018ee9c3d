#include "amt/trainer/options.hpp"

#include <gtest/gtest.h>

#include "amt/base/error.hpp"
#include "amt/checkpoint/options.hpp"
#include "support/limits.hpp"
#include "support/refusal.hpp"

namespace amt {
namespace {

constexpr auto refusal = test::refusal<UsageError>;
constexpr auto refuses = test::refuses<UsageError>;

TEST(TrainerOptions, MicroBatchIsTheRanksWholeBatchByDefault) {
  TrainerOptions options;
  EXPECT_EQ(options.micro_batch(4), 128);
  options.per_device_parallelism = 16;
  EXPECT_EQ(options.micro_batch(4), 16);
  EXPECT_EQ(options.micro_batch(32), 16);
}

TEST(TrainerOptions, ABatchNotDivisibleByTheRanksGetsASuggestion) {
  TrainerOptions options;
  EXPECT_TRUE(refuses([&] { options.micro_batch(3); },
                      {"--trainer.train_batch_size 512 ", " 3 ranks", " 510 or 513"}));
  options.train_batch_size = 2;
  EXPECT_TRUE(refuses([&] { options.micro_batch(3); }, {"--trainer.train_batch_size 2 ", "use 3"}));
}

TEST(TrainerOptions, ABatchNotDivisibleByTheMicroBatchGetsASuggestion) {
  TrainerOptions options;
  options.per_device_parallelism = 24;
  EXPECT_TRUE(refuses([&] { options.micro_batch(4); },
                      {" 4 ranks", " 24", "--trainer.per_device_parallelism 8, 16, 32",
                       "--trainer.train_batch_size 480 or 576"}));
}

TEST(TrainerOptions, SuggestedBatchesAreMultiplesOfTheMicroBatches) {
  TrainerOptions options;
  options.per_device_parallelism = 8;
  EXPECT_TRUE(refuses([&] { options.micro_batch(3); }, {" 504 or 528"}));
}

TEST(TrainerOptions, HaveLevantersNames) {
  TrainerOptions trainer;
  OptimizerOptions optimizer;
  CheckpointerOptions checkpointer;
  OptionTable table;
  trainer.register_options(table);
  optimizer.register_options(table);
  checkpointer.register_options(table);
  table.set("trainer.learning_rate", "3e-4");
  table.set("trainer.num_train_steps", "7");
  table.set("trainer.per_device_parallelism", "2");
  table.set("trainer.load_last_checkpoint", "false");
  table.set("checkpointer.save_interval", "10m");
  table.set("checkpointer.keep_every", "100");
  EXPECT_EQ(optimizer.learning_rate, 3e-4);
  EXPECT_EQ(trainer.num_train_steps, 7);
  EXPECT_EQ(trainer.per_device_parallelism, 2);
  EXPECT_FALSE(trainer.load_last_checkpoint);
  EXPECT_EQ(checkpointer.save_interval.seconds, 600);
  EXPECT_EQ(checkpointer.keep_every, 100);
}

TEST(TrainerOptions, PrecisionIsBf16OnRequestOrWithTiles) {
  TrainerOptions trainer;
  OptionTable table;
  trainer.register_options(table);
  EXPECT_EQ(trainer.mp.on_cpu(Bf16Support::kTiles), Precision::kBf16);
  EXPECT_EQ(trainer.mp.on_cpu(Bf16Support::kVectors), Precision::kF32);
  EXPECT_EQ(trainer.mp.on_cpu(Bf16Support::kNone), Precision::kF32);
  for (const char* name : {"f32", "fp32", "p=f32,c=f32"}) {
    table.set("trainer.mp", name);
    EXPECT_EQ(trainer.mp.on_cpu(Bf16Support::kTiles), Precision::kF32);
    EXPECT_TRUE(test::says(trainer.mp.gpu_refusal("--mp"), {"bf16", "--mp ", name}));
    EXPECT_EQ(table.find("trainer.mp")->get(), name) << "must be recorded as given";
  }
  for (const char* name : {"bf16", "bfloat16", "p=f32,c=bfloat16"}) {
    table.set("trainer.mp", name);
    EXPECT_EQ(trainer.mp.on_cpu(Bf16Support::kNone), Precision::kBf16);
    EXPECT_EQ(trainer.mp.gpu_refusal("--mp"), "");
    EXPECT_EQ(table.find("trainer.mp")->get(), name) << "must be recorded as given";
  }
  EXPECT_TRUE(refuses([&] { table.set("trainer.mp", "f16"); },
                      {"--trainer.mp: 'f16' ", "auto, f32 or bf16"}));
}

TEST(TrainerOptions, InvalidValuesAreReported) {
  TrainerOptions trainer;
  EXPECT_TRUE(refuses([&] { trainer.validate(); }, {"--trainer.run_dir"}));
  trainer.run_dir = "run";
  EXPECT_EQ(refusal([&] { trainer.validate(); }), "");
  trainer.per_device_parallelism = 0;
  EXPECT_TRUE(refuses([&] { trainer.validate(); }, {"--trainer.per_device_parallelism"}));
  OptimizerOptions optimizer;
  EXPECT_EQ(refusal([&] { optimizer.validate(); }), "");
  OptionTable table;
  optimizer.register_options(table);
  EXPECT_TRUE(refuses([&] { table.set("trainer.lr_schedule", "cosin"); },
                      {"--trainer.lr_schedule: 'cosin' ", "cosine, linear, constant or wsd"}));
  trainer.per_device_parallelism = -1;
  trainer.patience = -1;
  EXPECT_TRUE(refuses([&] { trainer.validate(); }, {"--trainer.patience"}));
  CheckpointerOptions checkpointer;
  checkpointer.keep_every = 0;
  EXPECT_TRUE(refuses([&] { checkpointer.validate(); }, {"--checkpointer.keep_every"}));
}

TEST(TrainerOptions, RejectsValuesOutsideTheLimits) {
  TrainerOptions options;
  options.run_dir = "run";
  test::expect_limits(options, {
                                   {"trainer.num_train_steps", "1", "0"},
                                   {"trainer.train_batch_size", "1", "0"},
                                   {"trainer.per_device_parallelism", "1", "0"},
                                   {"trainer.per_device_parallelism", "-1", "-2"},
                                   {"trainer.steps_per_eval", "1", "0"},
                                   {"trainer.patience", "0", "-1"},
                                   {"trainer.steps_per_sample", "0", "-1"},
                                   {"trainer.max_eval_batches", "0", "-1"},
                                   {"trainer.steps_per_straggler_check", "0", "-1"},
                                   {"trainer.steps_per_replica_check", "0", "-1"},
                                   {"trainer.steps_per_gradient_check", "0", "-1"},
                                   {"trainer.max_skipped", "0", "-1"},
                                   {"trainer.average", "0", "-1"},
                                   {"trainer.skip_spikes", "0", "-1"},
                                   {"trainer.threads", "0", "-1"},
                                   {"trainer.log_z_regularization", "0", "-1e-09"},
                                   {"trainer.peak_flops", "0", "-1"},
                               });
}

TEST(OptimizerOptions, RejectsValuesOutsideTheLimits) {
  test::expect_limits(OptimizerOptions{}, {
                                              {"trainer.learning_rate", "1e-09", "0"},
                                              {"trainer.weight_decay", "0", "-1e-09"},
                                              {"trainer.beta1", "0", "-1e-09"},
                                              {"trainer.beta1", "0.999", "1"},
                                              {"trainer.beta2", "0", "-1e-09"},
                                              {"trainer.beta2", "0.999", "1"},
                                              {"optimizer.momentum", "0", "-1e-09"},
                                              {"optimizer.momentum", "0.999", "1"},
                                              {"trainer.epsilon", "1e-09", "0"},
                                              {"trainer.max_grad_norm", "1e-09", "0"},
                                              {"trainer.warmup_ratio", "0", "-1e-09"},
                                              {"trainer.warmup_ratio", "1", "1.1"},
                                              {"trainer.decay_ratio", "0", "-1e-09"},
                                              {"trainer.decay_ratio", "0.999", "1"},
                                          });
}

TEST(CheckpointerOptions, RejectsValuesOutsideTheLimits) {
  test::expect_limits(CheckpointerOptions{}, {
                                                 {"checkpointer.save_interval", "1", "0"},
                                                 {"checkpointer.keep_every", "1", "0"},
                                                 {"checkpointer.keep_last", "1", "0"},
                                             });
}

}  // namespace
}  // namespace amt
