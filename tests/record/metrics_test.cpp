#include "amt/record/metrics.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "amt/base/files.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

StepMetrics at(std::int64_t step) {
  StepMetrics metrics;
  metrics.step = step;
  metrics.loss = 1.5;
  return metrics;
}

std::vector<nlohmann::json> lines_of(const std::filesystem::path& path) {
  std::vector<nlohmann::json> lines;
  std::istringstream text(read_text(path));
  for (std::string line; std::getline(text, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST(Metrics, AResumedRunHasEachStepOnce) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  {
    MetricsFile file(path, 0, 0);
    for (int step = 0; step < 7; ++step) file.write(at(step));
    file.write(ValidationMetrics{3, 2.0});
    file.write(ValidationMetrics{6, 2.0});
  }
  {
    MetricsFile file(path, 5, 4);
    file.write(at(5));
  }
  std::vector<std::int64_t> steps;
  int validations = 0;
  for (const auto& line : lines_of(path)) {
    if (line.contains("valid_loss")) {
      ++validations;
    } else {
      steps.push_back(line.at("step"));
    }
  }
  EXPECT_EQ(steps, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(validations, 1);
}

TEST(Metrics, AValidationThatWillBeRepeatedIsRemoved) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  MetricsFile(path, 0, 0).write(ValidationMetrics{3, 2.0});
  MetricsFile(path, 4, 2).write(at(4));
  ASSERT_EQ(lines_of(path).size(), 1u);
  EXPECT_EQ(lines_of(path)[0].at("step"), 4);
}

TEST(Metrics, ATruncatedLastLineIsRemoved) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  MetricsFile(path, 0, 0).write(at(0));
  write_file_atomically(path, read_text(path) + R"({"step":1,"lo)");
  MetricsFile(path, 2, 0).write(at(2));
  ASSERT_EQ(lines_of(path).size(), 2u);
  EXPECT_EQ(lines_of(path)[1].at("step"), 2);
}

TEST(Metrics, InvalidLinesAreCountedAndSkipped) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  write_file_atomically(path,
                        "{\"step\":1,\"loss\":2.5}\n{\"step\":-1,\"loss\":2}\n{\"loss\":2}\n[]\n\n"
                        "{\"step\":2,\"loss\":\"two\"}\n{\"step\":2,\"memory_bytes\":-5}\n"
                        "{\"step\":2,\"step\":3}\n" +
                            std::string(100'000, '[') +
                            "\n{\"step\":3,\"valid_loss\":null}\n{\"step\":4,\"lo");
  std::vector<std::int64_t> steps, validations;
  const std::int64_t unknown = read_metrics(
      path, [&](const StepMetrics& step) { steps.push_back(step.step); },
      [&](const ValidationMetrics& validation) { validations.push_back(validation.step); });
  EXPECT_EQ(steps, std::vector<std::int64_t>{1});
  EXPECT_EQ(validations, std::vector<std::int64_t>{3});
  EXPECT_EQ(unknown, 9);
}

TEST(Metrics, AFileWithoutLineBreaksIsRefusedAtOnce) {
  const test::TemporaryFolder folder;
  const auto refusal_of = [&](const std::filesystem::path& path) {
    return test::refusal<Error>([&] {
      read_metrics(
          path, [](auto&) {}, [](auto&) {});
    });
  };
  for (const char* device : {"/dev/zero", "/dev/null"}) EXPECT_NE(refusal_of(device), "") << device;
  const auto path = folder.path() / "metrics.jsonl";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_NE(refusal_of(path).find(path.string()), std::string::npos);
  std::filesystem::remove(path);
  write_file_atomically(path, "");
  std::filesystem::resize_file(path, std::uintmax_t{1} << 40);
  EXPECT_NE(refusal_of(path).find(path.string()), std::string::npos);
}

TEST(Metrics, NonFiniteNumbersAreWrittenAsNull) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "metrics.jsonl";
  StepMetrics metrics = at(0);
  metrics.loss = std::numeric_limits<double>::quiet_NaN();
  metrics.grad_norm = std::numeric_limits<double>::infinity();
  metrics.skipped = 1;
  MetricsFile(path, 0, 0).write(metrics);
  const auto line = lines_of(path).at(0);
  EXPECT_TRUE(line.at("loss").is_null());
  EXPECT_TRUE(line.at("grad_norm").is_null());
  EXPECT_EQ(line.at("skipped"), 1);
  EXPECT_TRUE(line.at("mfu").is_null()) << "unknown, because the device's peak is";
}

}  // namespace
}  // namespace amt
