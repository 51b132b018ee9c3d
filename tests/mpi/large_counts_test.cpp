// Tests more elements than an MPI count can represent. Fakes replace MPI's functions and send
// nothing, so the memory only needs to be reserved.
#include <gtest/gtest.h>
#include <mpi.h>
#include <sys/mman.h>

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "amt/base/error.hpp"
#include "amt/mpi/communicator.hpp"
#include "support/refusal.hpp"

namespace {

struct Sent {
  const std::byte* from;
  std::size_t bytes;
};
std::vector<Sent> broadcasts;
int reductions = 0, gathers = 0;

}  // namespace

extern "C" int MPI_Bcast(void* data, int count, MPI_Datatype, int, MPI_Comm) {
  broadcasts.push_back({static_cast<const std::byte*>(data), static_cast<std::size_t>(count)});
  return MPI_SUCCESS;
}
extern "C" int MPI_Allreduce(const void*, void*, int, MPI_Datatype, MPI_Op, MPI_Comm) {
  ++reductions;
  return MPI_SUCCESS;
}
extern "C" int MPI_Allgatherv(const void*, int, MPI_Datatype, void*, const int*, const int*,
                              MPI_Datatype, MPI_Comm) {
  ++gathers;
  return MPI_SUCCESS;
}

namespace amt::mpi {
namespace {

constexpr std::size_t kMost = std::numeric_limits<int>::max();

/// Address space that must not be accessed.
class Reserved {
 public:
  explicit Reserved(std::size_t bytes)
      : bytes_(bytes),
        at_(mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    EXPECT_NE(at_, MAP_FAILED);
  }
  ~Reserved() { munmap(at_, bytes_); }
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;
  template <class T>
  std::span<T> as() const {
    return {static_cast<T*>(at_), bytes_ / sizeof(T)};
  }

 private:
  std::size_t bytes_;
  void* at_;
};

TEST(LargeCounts, AreSplitForABroadcast) {
  const Communicator world = Communicator::world();
  const Reserved memory(3 * (kMost + 1) + 5);
  broadcasts.clear();
  world.broadcast(memory.as<std::byte>(), 0);
  const std::byte* next = memory.as<std::byte>().data();
  for (const Sent& piece : broadcasts) {
    EXPECT_EQ(piece.from, next);
    EXPECT_LE(piece.bytes, kMost);
    next += piece.bytes;
  }
  EXPECT_EQ(next, memory.as<std::byte>().data() + memory.as<std::byte>().size());
}

TEST(LargeCounts, AreRefusedIfTheyCannotBeSplit) {
  const Communicator world = Communicator::world();
  const Reserved memory((kMost + 1) * sizeof(float));
  reductions = gathers = 0;
  EXPECT_TRUE(
      test::refuses<Error>([&] { world.all_reduce_sum(memory.as<float>()); }, {"MPI_Allreduce"}));
  // Each part is small enough, but the sum of all parts is not.
  const std::vector<std::size_t> parts(static_cast<std::size_t>(world.size()), kMost / 2 + 1);
  EXPECT_TRUE(test::refuses<Error>([&] { world.all_gather(memory.as<float>(), parts); },
                                   {"MPI_Allgatherv"}));
  EXPECT_EQ(reductions, 0);
  EXPECT_EQ(gathers, 0);
}

}  // namespace
}  // namespace amt::mpi
