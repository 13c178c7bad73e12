export interface PythonEnvironment {
  /** The interpreter of the virtual environment. */
  readonly python?: string;
  /** Versions of Python and of the packages. */
  readonly versions?: Record<string, string>;
  /** One line that says why there is none. */
  readonly reason?: string;
}

export function pythonEnv(): { readonly zp3: PythonEnvironment; readonly zp2: PythonEnvironment };

/** The environment that checks OME-Zarr. */
export function omeEnv(): PythonEnvironment;
