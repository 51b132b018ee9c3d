// An archive that changes at any moment while it is unpacked. This is a program of its own because
// it replaces the read() that zlib calls.
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <functional>

#include "archive_fixture.hpp"

namespace {

std::filesystem::path watched;
int reads = 0;                        // calls of read() on the archive
std::function<void(int)> after_read;  // called with the number of the read, counted from 1

bool is_watched(int fd) {
  std::error_code unknown;
  const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), unknown);
  return !unknown && path == watched;
}

}  // namespace

extern "C" ssize_t read(int fd, void* bytes, std::size_t size) {
  const ssize_t n = syscall(SYS_read, fd, bytes, size);
  if (watched.empty() || !is_watched(fd)) return n;
  ++reads;
  if (after_read) after_read(reads);
  return n;
}

namespace amt {
namespace {

namespace fs = std::filesystem;

class ChangingArchive : public ArchiveFixture {
 protected:
  ChangingArchive() {
    test::TarBuilder tar;
    for (const char* const name : {"a.mid", "b.mid", "c.mid"})
      tar.file(name, std::string(700, 'x') + name);
    tar.write_packed(archive());
    watched = std::filesystem::canonical(archive());
  }
  ~ChangingArchive() override { watched.clear(); }
  fs::path archive() const { return root() / "t"; }

  /// Reads everything with `memory` bytes and returns the error message; `reads` counts from 0.
  std::string failure_of_reading(const Corpus& corpus, std::uint64_t memory) {
    reads = 0;
    return failure_of(archive(), [&] { contents(corpus, memory); });
  }
};

TEST_F(ChangingArchive, IsRefusedWheneverItChanges) {
  const Corpus corpus = list(archive());
  const fs::file_time_type before = fs::last_write_time(archive());
  for (const std::uint64_t memory : {0, 1 << 20}) {
    ASSERT_EQ(failure_of_reading(corpus, memory), "");
    const int all = reads;
    ASSERT_GT(all, 0);
    for (int last = 1; last <= all; ++last) {
      after_read = [&](int number) {
        if (number == last) fs::last_write_time(archive(), before + std::chrono::nanoseconds(1));
      };
      EXPECT_NE(failure_of_reading(corpus, memory), "") << "after read " << last << " of " << all;
      after_read = nullptr;
      fs::last_write_time(archive(), before);
    }
  }
}

}  // namespace
}  // namespace amt
