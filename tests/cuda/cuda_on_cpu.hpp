// Runs CUDA kernels on the CPU, to test the project's own kernels without a GPU. Include it before
// a kernel's .cuh; `launch` then replaces kernel<<<grid, block>>>(arguments).
//
// Blocks run one after another. The threads of a block are fibers, which run one at a time until
// they end or wait for others (__syncthreads, a shuffle). Each warp runs as far as it can without
// the others. The launch's Order determines which warp, and which of its threads, runs first; if a
// kernel lacks a barrier, at least one Order makes it read data that another thread has not written
// yet. Limits: shared memory is static (one copy, because blocks do not overlap); blocks are
// one-dimensional and consist of whole warps; shuffles have a full mask; dynamic shared memory,
// streams, atomics and warp divergence are not supported.
#pragma once

#include <algorithm>
#include <boost/context/fiber.hpp>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <stdexcept>
#include <vector>

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __restrict__
#define __launch_bounds__(...)
#define __shared__ static

namespace amt::gpu {

struct Index {
  unsigned x = 1, y = 1, z = 1;
};

/// The order in which the warps of a block, and the threads of a warp, run.
enum class Order { kUpwards, kDownwards, kShuffled };

namespace detail {

constexpr unsigned kWarp = 32;

/// A running block.
class Block {
 public:
  Block(unsigned threads, Order order) : order_(order), threads_(threads), slots_(threads) {
    if (threads % kWarp != 0) throw std::invalid_argument("a block must consist of whole warps");
  }

  void run(const std::function<void()>& kernel);

  void barrier() { wait(kBlockWide); }

  /// Stores `bits` for the warp and returns the bits of `lane` once all threads have stored theirs.
  std::uint64_t exchange(std::uint64_t bits, unsigned lane) {
    const unsigned self = current_;
    Thread& me = threads_[self];
    // There are two sets of slots, because a fast lane may write to the next exchange's slots while
    // a slow one still reads those of this exchange.
    const unsigned set = me.exchanges++ % 2;
    slots_[self].bits[set] = bits;
    wait(kWarpWide);
    return slots_[self / kWarp * kWarp + lane].bits[set];
  }

  static Block*& active() {
    static Block* block = nullptr;
    return block;
  }

 private:
  enum State { kReady, kBlockWide, kWarpWide, kDone };
  struct Thread {
    boost::context::fiber fiber;
    boost::context::fiber scheduler;
    State state = kReady;
    unsigned exchanges = 0;
  };
  struct Slots {
    std::uint64_t bits[2];
  };

  void wait(State state);
  void resume(unsigned thread);
  void run_warp(unsigned first);
  bool release(State state, unsigned first, unsigned last);
  std::vector<unsigned> sequence(unsigned first, unsigned count);

  Order order_;
  std::vector<Thread> threads_;
  std::vector<Slots> slots_;
  unsigned current_ = 0;
  std::exception_ptr failure_;
  std::mt19937 random_{7};
};

}  // namespace detail
}  // namespace amt::gpu

inline amt::gpu::Index threadIdx, blockIdx, blockDim, gridDim;
constexpr int warpSize = amt::gpu::detail::kWarp;

namespace amt::gpu::detail {

inline void Block::resume(unsigned thread) {
  current_ = thread;
  threadIdx = {thread, 0, 0};
  threads_[thread].fiber = std::move(threads_[thread].fiber).resume();
}

inline void Block::wait(State state) {
  Thread& me = threads_[current_];
  me.state = state;
  me.scheduler = std::move(me.scheduler).resume();
}

/// Returns first, first + 1, ... in the launch's order.
inline std::vector<unsigned> Block::sequence(unsigned first, unsigned count) {
  std::vector<unsigned> order(count);
  for (unsigned i = 0; i < count; ++i) {
    order[i] = first + (order_ == Order::kDownwards ? count - 1 - i : i);
  }
  if (order_ == Order::kShuffled) std::shuffle(order.begin(), order.end(), random_);
  return order;
}

/// Lets threads [first, last) continue if all have reached `state` or have ended; returns false if
/// none can continue.
inline bool Block::release(State state, unsigned first, unsigned last) {
  bool any = false;
  for (unsigned i = first; i < last; ++i) {
    const bool ended = threads_[i].state == kDone && state == kBlockWide;
    if (threads_[i].state != state && !ended) return false;
    any = any || threads_[i].state == state;
  }
  for (unsigned i = first; i < last; ++i) {
    if (threads_[i].state == state) threads_[i].state = kReady;
  }
  return any;
}

/// Runs a warp until its threads have ended or wait for other warps.
inline void Block::run_warp(unsigned first) {
  do {
    for (const unsigned thread : sequence(first, kWarp)) {
      if (threads_[thread].state == kReady) resume(thread);
    }
  } while (release(kWarpWide, first, first + kWarp));
}

inline void Block::run(const std::function<void()>& kernel) {
  active() = this;
  for (Thread& t : threads_) {
    t.fiber = boost::context::fiber([this, &t, &kernel](boost::context::fiber&& scheduler) {
      t.scheduler = std::move(scheduler);
      try {
        kernel();
      } catch (const boost::context::detail::forced_unwind&) {
        throw;  // the block is abandoned while this thread waits
      } catch (...) {
        if (!failure_) failure_ = std::current_exception();
      }
      t.state = kDone;
      return std::move(t.scheduler);
    });
  }
  const auto count = static_cast<unsigned>(threads_.size());
  do {
    // A warp that runs ahead of the others reveals a missing barrier.
    for (const unsigned warp : sequence(0, count / kWarp)) run_warp(warp * kWarp);
  } while (release(kBlockWide, 0, count));
  active() = nullptr;
  if (failure_) std::rethrow_exception(failure_);
  for (const Thread& t : threads_) {
    if (t.state != kDone)
      throw std::logic_error("deadlock: the threads of a block wait for each other");
  }
}

template <class T>
T shuffle(T value, unsigned lane) {
  static_assert(sizeof(T) <= 8);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = Block::active()->exchange(bits, lane);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

}  // namespace amt::gpu::detail

inline void __syncthreads() { amt::gpu::detail::Block::active()->barrier(); }
template <class T>
T __shfl_xor_sync(unsigned, T value, int mask) {
  return amt::gpu::detail::shuffle(value, threadIdx.x % 32 ^ static_cast<unsigned>(mask));
}
template <class T>
T __shfl_sync(unsigned, T value, int lane) {
  return amt::gpu::detail::shuffle(value, static_cast<unsigned>(lane));
}

namespace amt::gpu {

/// Executes a launch: immediately, unless a test replaces this to imitate a stream.
inline std::function<void(std::function<void()>)> submit = [](const auto& work) { work(); };

/// Runs kernel<<<grid, block>>>(arguments...) with the threads in the given order.
template <class Kernel, class... Arguments>
void launch(Order order, Index grid, unsigned block, Kernel kernel, Arguments... arguments) {
  submit([=] {
    gridDim = grid;
    blockDim = {block, 1, 1};
    for (unsigned y = 0; y < grid.y; ++y) {
      for (unsigned x = 0; x < grid.x; ++x) {
        blockIdx = {x, y, 0};
        detail::Block(block, order).run([&] { kernel(arguments...); });
      }
    }
  });
}

}  // namespace amt::gpu
