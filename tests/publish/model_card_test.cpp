#include "src/publish/model_card.hpp"

#include <gtest/gtest.h>

#include <string>

#include "amt/base/error.hpp"
#include "amt/publish/job.hpp"

namespace amt {
namespace {

ModelCard full_card() {
  ModelCard card;
  card.name = "a \"small\" one: #1\nnext";
  card.license = "apache-2.0";
  card.base_model = "somebody/medium";
  card.datasets = {"somebody/lakh", "more"};
  card.facts = {{"model", "12 layers | 768 wide"}};
  card.validation = ModelCard::Validation{1000, 1.5, 5.25};
  return card;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(ModelCard, BeginsWithValidYamlMetadata) {
  const std::string text = to_markdown(full_card());
  EXPECT_TRUE(text.starts_with(
      "---\nlibrary_name: transformers\nlicense: \"apache-2.0\"\n"
      "datasets:\n- \"somebody/lakh\"\n- \"more\"\nbase_model: \"somebody/medium\"\ntags:\n"))
      << text;
  EXPECT_TRUE(has(text, "- name: \"a \\\"small\\\" one: #1?next\"\n  results:\n")) << text;
  EXPECT_TRUE(has(text, "      value: 1.5\n")) << text;
  EXPECT_TRUE(has(text, "      value: 4.48169\n")) << text;
  EXPECT_TRUE(has(text, "| model | 12 layers \\| 768 wide |"));
  EXPECT_TRUE(has(text, "after 1,000 steps: 1.5000 nats per token; "));
}

TEST(ModelCard, LeavesOutFieldsThatWereNotGiven) {
  ModelCard card;
  card.name = "x";
  card.generates = false;
  const std::string text = to_markdown(card);
  for (const char* key : {"license", "datasets", "base_model", "model-index", "## Training",
                          "## Evaluation", "amt generate"}) {
    EXPECT_FALSE(has(text, key)) << key;
  }
}

TEST(ExportOptions, AcceptRepositoryNamesOfAHub) {
  ExportOptions options;
  options.datasets = "a/b,c";
  options.license = "apache-2.0";
  EXPECT_NO_THROW(options.validate());
  EXPECT_EQ(options.dataset_ids(), (std::vector<std::string>{"a/b", "c"}));
  for (const char* wrong : {"/data/lakh", "a b", "a,,b", "a/b/c", "ö"}) {
    options.datasets = wrong;
    EXPECT_THROW(options.validate(), UsageError) << wrong;
  }
}

}  // namespace
}  // namespace amt
