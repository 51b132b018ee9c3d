#include "nccl_reducer.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "amt/base/activity.hpp"
#include "amt/collective/buckets.hpp"
#include "cuda_ops.hpp"
#include "device.hpp"
#include "nccl_algorithms.hpp"
#include "nccl_communicator.hpp"

namespace amt::cuda {
namespace {

/// Sums run on a separate stream during the backward pass. The order is guaranteed as follows:
///  - a bucket's sum starts after all work that was queued on the compute stream when the bucket's
///    last range was started;
///  - work that is queued on the compute stream after wait() starts after all sums.
///
/// all_gather() starts after the update that was queued on the compute stream. Work that is queued
/// there after await_gathered() starts after what it names. The host does not wait for it.
///
/// If a peer disappears and NCCL detects it (a closed connection, a network time-out), the next
/// call here throws and wait() ends, so that no update uses gradients that were not summed. A peer
/// that is merely late is waited for, up to the watchdog's limit. A host thread that is blocked in
/// CUDA behind sums that may never end cannot check for failures itself; another thread's poll()
/// ends that wait.
class NcclReducer : public Reducer {
 public:
  NcclReducer(int device, cudaStream_t compute, const mpi::Communicator& communicator,
              double seconds, std::int64_t bucket)
      : communicator_(communicator),
        compute_(compute),
        seconds_(seconds),
        place_{communicator.rank(), communicator.size(), communicator.host(), device},
        summing_(make_urgent_stream(device)),
        written_(make_event()),
        summed_(make_event()),
        nccl_(communicator, place_, seconds),
        bucket_(bucket),
        buckets_([this](float* data, std::int64_t count) { send(data, count); }, bucket) {
    try_network();
  }

  std::string name() const override { return "nccl"; }

  /// Waits for the device, within the time limit.
  void broadcast(float* data, std::int64_t count) override {
    communicator_.barrier();  // no time limit: rank 0 may be reading a checkpoint
    queue_after(summing_.get(), compute_, written_);
    send_in_pieces(data, count, [this](float* piece, std::int64_t floats) {
      nccl_.start_broadcasts(std::array{RankPart{0, piece, floats}}, summing_.get(), kBroadcast);
    });
    join(kBroadcast);
    const Waiting others(kBroadcast);
    nccl_.wait_for(summed_.get(), kBroadcast, seconds_);
  }

  void all_reduce(float* data, std::int64_t count) override { buckets_.add(data, count); }

  void reduce_scatter(const SlicedBuffer& buffer, Slice range) override {
    sliced_ = &buffer;
    all_reduce(buffer.data + range.begin, range.count());
  }

  void all_gather(const SlicedBuffer& buffer) override {
    queue_after(summing_.get(), compute_, written_);
    last_ = kGather;
    arrived_ = 0;
    arrivals_.clear();
    start_gather(buffer, kGather, [this](std::int64_t end) {
      arrivals_.push_back({end, make_event()});
      check(cudaEventRecord(arrivals_.back().event.get(), summing_.get()), "recording an event");
    });
  }

  void await_gathered(std::int64_t end) override {
    Arrival needed;
    while (arrived_ < end && !arrivals_.empty()) {
      needed = std::move(arrivals_.front());
      arrivals_.pop_front();
      arrived_ = needed.end;
    }
    if (!needed.event) return;
    check(cudaStreamWaitEvent(compute_, needed.event.get(), 0), "waiting for an event");
  }

  void wait() override {
    buckets_.flush();
    sliced_ = nullptr;
    arrivals_.clear();
    join(last_);
    const Waiting others(last_);
    nccl_.wait_for(summed_.get(), last_);
  }

  std::uint64_t reduced_bytes() const override { return reduced_bytes_; }
  void poll() noexcept override { nccl_.poll(); }

 private:
  static constexpr const char* kBroadcast = "the broadcast of parameters";
  static constexpr const char* kSum = "the sum of gradients";
  static constexpr const char* kGather = "the exchange of updated slices";
  static constexpr int kFewRanks = 3;
  /// Of an exchange: the host waits until NCCL has queued each of them, and it should be done with
  /// that before the embeddings have arrived, a third of a small model.
  static constexpr std::int64_t kMostPieces = 8;

  /// Runs every kind of exchange once, with temporary memory. NCCL connects the ranks at the first
  /// exchange of each kind, in a way that depends on the size, and then allocates its buffers,
  /// which may take more than 1 GB in all; after this it allocates no more. A broken network fails
  /// here, within the time limit and before data is read.
  void try_network() {
    const std::string what =
        "the test of " + network_between(communicator_.all_gather(place_.host));
    constexpr std::size_t kBytes = kBucketFloats * sizeof(float);
    const Memory memory = make_memory(kBytes, "allocating a bucket to test the network with");
    auto* const data = reinterpret_cast<float*>(memory.get());
    const SlicedBuffer sliced{data, Slices(kBucketFloats, place_.ranks)};
    const cudaStream_t stream = summing_.get();
    const Waiting others("the test of the network");
    check(cudaMemsetAsync(data, 0, kBytes, stream), "clearing a bucket");
    nccl_.start_broadcasts(std::array{RankPart{0, data, kBucketFloats}}, stream, what);
    for (const std::int64_t count : {kBucketFloats, kBucketFloats / 8, kBucketFloats / 1024}) {
      nccl_.start_all_reduce(data, count, stream, what);
    }
    const std::vector<RankPart> parts = parts_of(sliced, {0, kBucketFloats});
    nccl_.start_reduces(parts, stream, what);
    nccl_.start_broadcasts(parts, stream, what);
    start_gather(sliced, what, [](std::int64_t) {});
    check(cudaEventRecord(summed_.get(), stream), "recording an event");
    nccl_.wait_for(summed_.get(), what, seconds_);
  }

  /// A part of all_gather()'s buffer, up to `end`, has arrived when the stream has passed `event`.
  struct Arrival {
    std::int64_t end = 0;
    Event event;
  };

  static std::vector<RankPart> parts_of(const SlicedBuffer& buffer, Slice range) {
    std::vector<RankPart> parts;
    buffer.slices.for_each_part(range, [&](int owner, Slice part) {
      parts.push_back({owner, buffer.data + part.begin, part.count()});
    });
    return parts;
  }

  /// Starts the exchange of all slices, and calls started(end) after each piece of it, which ends
  /// there. Pieces have few owners each, and so pass most links in one direction only: among few
  /// ranks, where that takes up to twice as long, equal slices are one piece.
  void start_gather(const SlicedBuffer& buffer, std::string_view what,
                    const std::function<void(std::int64_t end)>& started) {
    const Slices& slices = buffer.slices;
    const std::int64_t each = slices.equal(), equal = each * place_.ranks, all = slices.count();
    if (each > 0 && place_.ranks > 1 && place_.ranks <= kFewRanks) {
      const RankPart rest{place_.ranks - 1, buffer.data + equal, all - equal};
      nccl_.start_all_gather(buffer.data, each, rest, summing_.get(), what);
      return started(all);
    }
    const std::int64_t longest = std::max(bucket_, (all + kMostPieces - 1) / kMostPieces);
    send_in_pieces(
        buffer.data, all,
        [&](float* piece, std::int64_t count) {
          const std::int64_t begin = piece - buffer.data;
          nccl_.start_broadcasts(parts_of(buffer, {begin, begin + count}), summing_.get(), what);
          started(begin + count);
        },
        longest);
  }

  /// Starts a plain sum: gradients are already scaled by 1 / (the global batch's positions), so
  /// NCCL has no factor to multiply by.
  void send(float* data, std::int64_t count) {
    queue_after(summing_.get(), compute_, written_);
    last_ = kSum;
    if (sliced_ == nullptr) {
      nccl_.start_all_reduce(data, count, summing_.get(), kSum);
    } else {
      const std::int64_t begin = data - sliced_->data;
      nccl_.start_reduces(parts_of(*sliced_, {begin, begin + count}), summing_.get(), kSum);
    }
    reduced_bytes_ += count * sizeof(float);
  }

  /// Makes the compute stream wait for everything that was sent.
  void join(std::string_view what) {
    nccl_.check_health(what);
    queue_after(compute_, summing_.get(), summed_);
  }

  const mpi::Communicator& communicator_;
  cudaStream_t compute_;
  double seconds_;
  NcclPlace place_;
  Stream summing_;
  Event written_, summed_;
  NcclCommunicator nccl_;  // declared after the stream, so that it is destroyed before it
  std::int64_t bucket_;
  std::deque<Arrival> arrivals_;          // of the last all_gather(), not yet awaited
  std::int64_t arrived_ = 0;              // floats of it that the compute stream waits for
  const SlicedBuffer* sliced_ = nullptr;  // the buffer of this round's ranges; null: not sliced
  Buckets buckets_;
  const char* last_ = kSum;  // the last exchange started, for messages
  std::uint64_t reduced_bytes_ = 0;
};

}  // namespace

std::unique_ptr<Reducer> make_nccl_reducer(int device, cudaStream_t compute,
                                           const mpi::Communicator& communicator, double seconds,
                                           bool deterministic, std::int64_t bucket) {
  if (deterministic) leave_out_nvls();
  return std::make_unique<NcclReducer>(device, compute, communicator, seconds, bucket);
}

std::unique_ptr<Reducer> make_nccl_reducer(CudaOps& ops, const mpi::Communicator& communicator,
                                           double seconds) {
  return make_nccl_reducer(ops.device(), ops.stream(), communicator, seconds, ops.deterministic());
}

}  // namespace amt::cuda
