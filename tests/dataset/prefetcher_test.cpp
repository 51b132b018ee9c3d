#include "amt/dataset/prefetcher.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>

#include "amt/base/error.hpp"
#include "amt/base/mapped_file.hpp"
#include "support/refusal.hpp"
#include "support/temporary_folder.hpp"

namespace amt {
namespace {

constexpr int kLength = 3;
constexpr std::uint64_t kRows = 50;

/// Rows for a prefetcher; row n is n, n + 1000, n + 2000. Remembers which reads have begun, and can
/// delay them.
class FakeRows : public RowSource {
 public:
  int row_length() const override { return kLength; }
  std::uint64_t rows() const override { return kRows; }
  void read(std::uint64_t first, std::uint64_t count, std::span<Token> out) const override {
    {
      std::unique_lock lock(mutex_);
      begun_.insert(first);
      changed_.notify_all();
      changed_.wait(lock, [&] { return !held_.contains(first); });
    }
    if (before_read) before_read(first);
    for (std::uint64_t i = 0; i < count * kLength; ++i) {
      out[i] = static_cast<Token>((first + i / kLength) % kRows + i % kLength * 1000);
    }
  }
  void hold(std::uint64_t first) {
    const std::lock_guard lock(mutex_);
    held_.insert(first);
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_.clear();
    changed_.notify_all();
  }
  /// Waits until the read that starts at `first` has begun. Returns false after a time limit, which
  /// only a failing test reaches.
  bool has_begun(std::uint64_t first) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return begun_.contains(first); });
  }

  std::function<void(std::uint64_t)> before_read;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::set<std::uint64_t> begun_;
  std::set<std::uint64_t> held_;
};

void expect_rows(std::span<const Token> tokens, const RowRange& range) {
  ASSERT_EQ(tokens.size(), range.count * kLength);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::uint64_t row = (range.first + i / kLength) * range.stride % kRows;
    ASSERT_EQ(tokens[i], row + i % kLength * 1000) << "token " << i;
  }
}

TEST(Prefetcher, TheNextReadBeginsWhileEarlierRowsAreInUse) {
  FakeRows rows;
  Prefetcher reader(rows, 4);
  for (std::uint64_t k = 0; k < 10; ++k) {
    rows.hold(4 * (k + 1));
    const RowRange now{4 * k, 4}, next{4 * (k + 1), 4};
    const auto tokens = reader.next(now, next);
    ASSERT_TRUE(rows.has_begun(next.first)) << "read " << k + 1;  // it cannot end before release()
    expect_rows(tokens, now);
    rows.release();
  }
}

TEST(Prefetcher, RowsStayUnchangedUntilTheNextCall) {
  FakeRows rows;
  Prefetcher reader(rows, 2);
  const auto tokens = reader.next({0, 2}, {2, 2});
  ASSERT_TRUE(rows.has_begun(2));
  expect_rows(tokens, {0, 2});
  expect_rows(reader.next({2, 2}, {}), {2, 2});
}

TEST(Prefetcher, AnySequenceOfRangesAndPredictionsWorks) {
  FakeRows rows;
  Prefetcher reader(rows, 8);
  const RowRange ranges[] = {{0, 8}, {8, 1}, {48, 5}, {3, 4, 7}, {3, 4, 7}, {0, 0}, {1000003, 2}};
  for (const RowRange& now : ranges) {
    for (const RowRange& guess : ranges) {
      for (const RowRange& then : ranges) {
        expect_rows(reader.next(now, guess), now);
        expect_rows(reader.next(then, {}), then);
      }
    }
  }
}

TEST(Prefetcher, AnErrorIsThrownOnlyIfItsRowsAreRequested) {
  FakeRows rows;
  rows.before_read = [](std::uint64_t first) {
    if (first == 7) throw Error("row 7 is damaged");
  };
  Prefetcher reader(rows, 1);
  expect_rows(reader.next({6, 1}, {7, 1}), {6, 1});
  for (const bool announced : {true, false}) {
    if (!announced) expect_rows(reader.next({5, 1}, {6, 1}), {5, 1});
    EXPECT_EQ(test::refusal<Error>([&] { reader.next({7, 1}, {8, 1}); }), "row 7 is damaged");
  }
  expect_rows(reader.next({8, 1}, {7, 1}), {8, 1});
  expect_rows(reader.next({9, 1}, {7, 1}), {9, 1});  // row 7 was announced but is not requested
}

TEST(Prefetcher, CanBeDestroyedAtAnyMoment) {
  FakeRows rows;
  rows.before_read = [](std::uint64_t first) {
    if (first == 1) throw Error("must not be thrown");
  };
  { Prefetcher reader(rows, 1); }
  for (const std::uint64_t next : {1, 2}) {
    for (int i = 0; i < 200; ++i) {
      Prefetcher reader(rows, 1);
      reader.next({0, 1}, {next, 1});
    }
  }
  rows.hold(3);
  std::thread releases;
  {
    Prefetcher reader(rows, 1);
    reader.next({0, 1}, {3, 1});
    ASSERT_TRUE(rows.has_begun(3));
    releases = std::thread([&rows] { rows.release(); });
  }
  releases.join();
}

TEST(Prefetcher, TheThreadBlocksAllSignals) {
  FakeRows rows;
  sigset_t in_thread, here;
  rows.before_read = [&](std::uint64_t) { pthread_sigmask(SIG_SETMASK, nullptr, &in_thread); };
  Prefetcher reader(rows, 1);
  reader.next({0, 1}, {});
  pthread_sigmask(SIG_SETMASK, nullptr, &here);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGCHLD}) {
    EXPECT_TRUE(sigismember(&in_thread, signal));
    EXPECT_FALSE(sigismember(&here, signal));
  }
}

// Reads a file that is truncated in the meantime.
void read_a_cut_file(const std::filesystem::path& path) {
  std::ofstream(path) << std::string(100'000, 'x');
  const MappedFile map(path, 0, 100'000);
  FakeRows rows;
  std::atomic<int> sum = 0;
  rows.before_read = [&](std::uint64_t) { sum += static_cast<int>(map.bytes().back()); };
  Prefetcher reader(rows, 1);
  std::filesystem::resize_file(path, 10);
  reader.next({0, 1}, {});
  std::exit(0);
}

TEST(Prefetcher, ATruncatedFileEndsTheProcessWithOneLine) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const test::TemporaryFolder folder;
  EXPECT_EXIT(read_a_cut_file(folder.path() / "shard"), testing::ExitedWithCode(1),
              "^amt: error: [^\n]*/shard became shorter[^\n]*\n$");
}

}  // namespace
}  // namespace amt
