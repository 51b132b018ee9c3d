#include "amt/record/event_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "amt/base/error.hpp"
#include "amt/base/files.hpp"
#include "support/event_reader.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

constexpr std::chrono::seconds kNever{1'000'000};

class EventFileTest : public testing::Test {
 protected:
  std::vector<test::ReadEvent> events(std::size_t file) const {
    return test::read_events(test::event_files(folder()).at(file));
  }
  std::filesystem::path folder() const { return temporary_.path() / "run" / "tensorboard"; }

  test::TemporaryFolder temporary_;
};

TEST_F(EventFileTest, ContainsWhatWasWritten) {
  {
    EventFile file(folder(), 0);
    file.write(0, {{"train/loss", 10.5}, {"train/skipped", 0}});
    file.write(300, {{"eval/loss", std::numeric_limits<double>::quiet_NaN()}});
    file.write(std::int64_t{1} << 40, {{std::string(200, 'x').c_str(), -1e-3}});
  }
  const auto all = events(0);
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].file_version, "brain.Event:2");
  EXPECT_EQ(all[1].session_status, 1);
  EXPECT_EQ(all[1].step, 0);
  EXPECT_EQ(all[2].scalars,
            (std::map<std::string, float>{{"train/loss", 10.5f}, {"train/skipped", 0.0f}}));
  EXPECT_EQ(all[3].step, 300);
  EXPECT_TRUE(std::isnan(all[3].scalars.at("eval/loss")));
  EXPECT_EQ(all[4].step, std::int64_t{1} << 40);
  EXPECT_EQ(all[4].scalars.at(std::string(200, 'x')), -1e-3f);
  EXPECT_GT(all[2].wall_time, 1e9);
}

TEST_F(EventFileTest, FilesFromTheSameSecondAreReadInOrder) {
  for (std::int64_t step = 0; step < 12; ++step) EventFile(folder(), step).write(step, {{"a", 1}});
  ASSERT_EQ(test::event_files(folder()).size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(events(i).at(1).step, static_cast<int>(i));
}

TEST_F(EventFileTest, ARestartDropsRepeatedSteps) {
  {
    EventFile file(folder(), 0);
    for (std::int64_t step = 0; step < 7; ++step) file.write(step, {{"a", 1}});
  }
  EventFile(folder(), 4).write(4, {{"a", 2}});
  EXPECT_EQ(test::shown(folder(), "a"),
            (std::map<std::int64_t, float>{{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 2}}));
}

TEST_F(EventFileTest, WritesAtAFlushOrAfterTheInterval) {
  EventFile seldom(folder(), 0, kNever);
  for (std::int64_t step = 0; step < 1000; ++step) seldom.write(step, {{"a", 1}});
  EXPECT_EQ(events(0).size(), 2u) << "steps must not be written one by one";
  seldom.flush();
  EXPECT_EQ(events(0).size(), 1002u);
  EventFile always(folder(), 0, std::chrono::seconds(0));
  always.write(0, {{"a", 1}});
  EXPECT_EQ(events(1).size(), 3u);
}

TEST_F(EventFileTest, AFolderThatCannotBeCreatedIsReported) {
  std::filesystem::create_directories(folder().parent_path());
  write_file_atomically(folder(), "a file");
  EXPECT_TRUE(test::refuses<Error>([&] { EventFile file(folder(), 0); }, {folder().string()}));
}

}  // namespace
}  // namespace amt
