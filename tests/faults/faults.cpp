// A library to preload into amt. It makes one rank of a job fail at a chosen call, so amt itself
// needs no code for such tests.
//
//   AMT_FAULT=RANK:CALL:COUNT:KIND
//
// The fault occurs on rank RANK (OMPI_COMM_WORLD_RANK) at call number COUNT of CALL, which is one
// of the MPI functions below, "product" (a matrix product) or "open" (opening a MIDI file). KIND:
// loop   the call never returns
//       stop   the process is stopped with all its threads, as if its machine hung
//       exit   the process exits with code 0 without a message
//       slow   this call and the next 3000 each take 5 ms longer
//       clock  from this call on, the wall clock is alternately a day ahead and a day behind
#include <dlfcn.h>
#include <dnnl.h>
#include <fcntl.h>
#include <mpi.h>
#include <unistd.h>

#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace {

constexpr std::time_t kDay = 86400;
constexpr int kSlowCalls = 3001;

struct Fault {
  bool mine = false;
  std::string call, kind;
  int count = 0;
};

Fault read_fault() {
  const char* text = std::getenv("AMT_FAULT");
  const char* rank = std::getenv("OMPI_COMM_WORLD_RANK");
  if (text == nullptr || rank == nullptr) return {};
  char call[32] = "", kind[32] = "";
  Fault fault;
  int of_rank = -1;
  if (std::sscanf(text, "%d:%31[^:]:%d:%31s", &of_rank, call, &fault.count, kind) != 4) {
    std::fputs("AMT_FAULT must be RANK:CALL:COUNT:KIND\n", stderr);
    std::abort();
  }
  fault.mine = of_rank == std::atoi(rank);
  fault.call = call;
  fault.kind = kind;
  return fault;
}

const Fault& fault() {
  static const Fault fault = read_fault();
  return fault;
}

bool clock_jumps = false;

void fail() {
  const std::string& kind = fault().kind;
  if (kind == "slow") usleep(5'000);
  if (kind == "exit") _exit(0);
  if (kind == "stop") raise(SIGSTOP);
  if (kind == "clock") clock_jumps = true;
  while (kind == "loop") pause();
}

void called(const char* call) {
  if (!fault().mine || fault().call != call) return;
  static int calls = 0;
  ++calls;
  const int times = fault().kind == "slow" ? kSlowCalls : 1;
  if (calls >= fault().count && calls < fault().count + times) fail();
}

bool ends_with(const char* text, const char* end) {
  const std::size_t length = std::strlen(text), tail = std::strlen(end);
  return length >= tail && std::strcmp(text + length - tail, end) == 0;
}

}  // namespace

extern "C" {

int MPI_Allreduce(const void* in, void* out, int count, MPI_Datatype type, MPI_Op op,
                  MPI_Comm comm) {
  called("MPI_Allreduce");
  return PMPI_Allreduce(in, out, count, type, op, comm);
}

int MPI_Alltoall(const void* in, int in_count, MPI_Datatype in_type, void* out, int out_count,
                 MPI_Datatype out_type, MPI_Comm comm) {
  called("MPI_Alltoall");
  return PMPI_Alltoall(in, in_count, in_type, out, out_count, out_type, comm);
}

dnnl_status_t dnnl_sgemm(char ta, char tb, dnnl_dim_t m, dnnl_dim_t n, dnnl_dim_t k, float alpha,
                         const float* a, dnnl_dim_t lda, const float* b, dnnl_dim_t ldb, float beta,
                         float* c, dnnl_dim_t ldc) {
  static const auto real = reinterpret_cast<decltype(&dnnl_sgemm)>(dlsym(RTLD_NEXT, "dnnl_sgemm"));
  called("product");
  return real(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

int open(const char* path, int flags, ...) {
  using Open = int (*)(const char*, int, ...);
  static const auto real = reinterpret_cast<Open>(dlsym(RTLD_NEXT, "open"));
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  if (ends_with(path, ".mid")) called("open");
  return real(path, flags, mode);
}

int clock_gettime(clockid_t clock, timespec* now) {
  using Get = int (*)(clockid_t, timespec*);
  static const auto real = reinterpret_cast<Get>(dlsym(RTLD_NEXT, "clock_gettime"));
  const int result = real(clock, now);
  static bool ahead = false;
  if (clock_jumps && clock == CLOCK_REALTIME) now->tv_sec += (ahead = !ahead) ? kDay : -kDay;
  return result;
}

}  // extern "C"
