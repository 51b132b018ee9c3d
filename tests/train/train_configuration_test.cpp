#include "amt/train/train_configuration.hpp"

#include <gtest/gtest.h>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "amt/dataset/paths.hpp"
#include "amt/evaluate/dataset_fit.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

constexpr auto refusal = test::refusal<Error>;
constexpr auto refuses = test::refuses<Error>;

Manifest interarrival() {
  Manifest manifest;
  manifest.encoding = &kInterarrival;
  manifest.vocabulary = kInterarrivalVocabulary;
  return manifest;
}

TEST(TrainConfiguration, TheDatasetHasItsOwnSection) {
  TrainConfiguration config;
  OptionTable table;
  config.register_options(table);
  table.set("data.dataset", "somewhere");
  EXPECT_EQ(config.data.dataset, "somewhere");
}

TEST(TrainConfiguration, ImpossiblyLargeModelsAreRefusedBeforeTheirLayoutIsComputed) {
  TrainConfiguration config;
  config.trainer.run_dir = "run";
  config.data.dataset = "dataset";
  EXPECT_EQ(refusal([&] { config.validate(); }), "");
  config.model.num_layers = 2'000'000'000;
  EXPECT_TRUE(refuses([&] { config.validate(); }, {"--model.num_layers"}));
  config.model.num_layers = 1;
  config.model.hidden_dim = 96'000'000;
  EXPECT_TRUE(refuses([&] { config.validate(); }, {"--model.hidden_dim"}));
}

TEST(TrainConfiguration, VocabularyComesFromTheDataset) {
  const test::TemporaryFolder folder;
  Manifest manifest = interarrival();
  manifest.split(Split::kTrain).rows = 3;
  manifest.split(Split::kTrain).shards = {{"train-00000-of-00001.h5", 3, "0123456789abcdef"}};
  write_file_atomically(folder.path() / kManifestFile, to_json(manifest));
  TrainConfiguration config;
  config.data.dataset = folder.path().string();
  config.read_dataset();
  EXPECT_EQ(config.model.vocab_size, kInterarrivalVocabulary);
  config.model.seq_len = 512;
  EXPECT_TRUE(refuses([&] { config.read_dataset(); }, {"model.seq_len"}));
}

TEST(TrainConfiguration, AutoDependsOnTheNumberOfRows) {
  const test::TemporaryFolder folder;
  Manifest manifest;
  manifest.split(Split::kTrain).rows = 1000;
  manifest.split(Split::kTrain).shards = {{"train-00000-of-00001.h5", 1000, "0123456789abcdef"}};
  write_file_atomically(folder.path() / kManifestFile, to_json(manifest));
  TrainConfiguration config;
  OptionTable table;
  config.register_options(table);
  for (const char* name : {"num_train_steps", "learning_rate", "steps_per_eval"}) {
    table.set(std::string("trainer.") + name, "auto");
    EXPECT_EQ(table.find(std::string("trainer.") + name)->get(), "auto");
  }
  EXPECT_THROW(table.set("trainer.num_train_steps", "automatic"), UsageError);
  config.trainer.run_dir = "run";
  config.trainer.train_batch_size = 8;
  config.trainer.initialize_from = "model";
  config.data.dataset = folder.path().string();
  config.validate();
  config.read_dataset();
  const std::string ini = config.to_ini();
  for (const char* line :
       {"num_train_steps = 625\n", "steps_per_eval = 32\n", "learning_rate = 6e-05\n"}) {
    EXPECT_NE(ini.find(line), std::string::npos) << line << ini;
  }
  table.set("trainer.num_train_steps", "7");
  config.read_dataset();
  EXPECT_EQ(config.trainer.num_train_steps, 7);
}

TEST(TrainConfiguration, AWidthNotDivisibleByTheHeadsGetsASuggestion) {
  TrainConfiguration config;
  config.trainer.run_dir = "run";
  config.data.dataset = "dataset";
  EXPECT_EQ(refusal([&] { config.validate(); }), "");
  config.model.num_heads = 10;
  EXPECT_TRUE(refuses([&] { config.validate(); },
                      {"--model.num_heads 10 ", "--model.hidden_dim 768", "6, 8, 12"}));
}

TEST(TrainConfiguration, AnEmptyOrInvalidDatasetIsRefused) {
  const test::TemporaryFolder folder;
  TrainConfiguration config;
  config.data.dataset = folder.path().string();
  EXPECT_TRUE(refuses([&] { config.read_dataset(); }, {folder.path().string()}));
  write_file_atomically(folder.path() / kManifestFile, to_json(Manifest{}));
  EXPECT_TRUE(refuses([&] { config.read_dataset(); }, {folder.path().string(), "no rows"}));
}

TEST(TrainConfiguration, AModelForAnotherEncodingIsRefusedInOneLine) {
  const ModelConfig arrival;
  EXPECT_TRUE(
      refuses([&] { check_dataset_fits(interarrival(), arrival, "RUN/step-000010"); },
              {"RUN/step-000010 ", " 55028 ", "encoding arrival", "encoding interarrival"}));
}

TEST(TrainConfiguration, AllOptionsAreInTheResolvedConfiguration) {
  TrainConfiguration config;
  OptionTable table;
  config.register_options(table);
  const std::string ini = table.to_ini();
  for (const char* key : {"[trainer]", "learning_rate = ", "[checkpointer]", "[data]", "[model]",
                          "hidden_dim = 768", "num_train_steps = 100000"}) {
    EXPECT_NE(ini.find(key), std::string::npos) << key;
  }
  EXPECT_EQ(ini.find("[trainer]"), ini.rfind("[trainer]"));
}

}  // namespace
}  // namespace amt
