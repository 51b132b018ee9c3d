// A stand-in for libcuda.so.1 on machines without a driver. It suffices for cuDNN to compile and
// finalise plans for a described card; "loading" the compiled code only discards it.
#define API extern "C" __attribute__((visibility("default"))) int

API cuInit(unsigned) { return 0; }
API cuDeviceGetCount(int* count) { return *count = 0; }
API cuLibraryLoadData(void** library) {
  static int any;
  *library = &any;
  return 0;
}
API cuLibraryUnload(void*) { return 0; }
API cuLibraryGetKernel(void** kernel) {
  static int any;
  *kernel = &any;
  return 0;
}

// cuDNN looks these up but must not call them.
constexpr int kStubLibrary = 34;  // CUDA_ERROR_STUB_LIBRARY
#define UNUSED(name) \
  API name() { return kStubLibrary; }

// clang-format off
UNUSED(cuCtxGetCurrent) UNUSED(cuCtxGetDevice) UNUSED(cuCtxGetLimit) UNUSED(cuCtxPopCurrent)
UNUSED(cuCtxPushCurrent) UNUSED(cuDeviceGet) UNUSED(cuDeviceGetAttribute)
UNUSED(cuDevicePrimaryCtxRelease) UNUSED(cuDevicePrimaryCtxReset) UNUSED(cuDevicePrimaryCtxRetain)
UNUSED(cuDriverGetVersion) UNUSED(cuFuncGetAttribute) UNUSED(cuFuncSetAttribute)
UNUSED(cuGetExportTable) UNUSED(cuGetErrorName) UNUSED(cuGetErrorString)
UNUSED(cuKernelGetAttribute) UNUSED(cuKernelSetAttribute) UNUSED(cuLaunchCooperativeKernel)
UNUSED(cuLaunchKernel) UNUSED(cuLaunchKernelEx) UNUSED(cuLibraryLoadFromFile)
UNUSED(cuLinkAddData) UNUSED(cuLinkAddData_v2) UNUSED(cuLinkAddFile_v2) UNUSED(cuLinkComplete)
UNUSED(cuLinkCreate) UNUSED(cuLinkCreate_v2) UNUSED(cuLinkDestroy) UNUSED(cuMemcpyDtoH_v2)
UNUSED(cuModuleGetFunction) UNUSED(cuModuleGetGlobal_v2) UNUSED(cuModuleLoadData)
UNUSED(cuModuleLoadDataEx) UNUSED(cuModuleLoadFatBinary) UNUSED(cuModuleUnload)
UNUSED(cuOccupancyMaxActiveBlocksPerMultiprocessor) UNUSED(cuOccupancyMaxPotentialClusterSize)
UNUSED(cuStreamGetCtx) UNUSED(cuStreamSynchronize) UNUSED(cuTensorMapEncodeTiled)
    // clang-format on
